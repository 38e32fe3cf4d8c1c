import type { Reading } from "../model/doubt";
import { isEquality } from "./owner";
import type { Condition, Statement } from "./policy-document";
import { partsOf } from "./template";

/** What is missing in a statement that trusts an identity provider. */
export interface FederationGap {
  readonly kind: "subject" | "audience";
  readonly says: string;
}

/** How far the subject of a well-known provider has to be spelt out before a wildcard may follow. */
const SUBJECTS: [RegExp, RegExp, string][] = [
  [/githubusercontent\.com/, /^repo:[^*?:/]+\/[^*?:/]+(:|$)/, "repo:<owner>/<repository>:"],
  [/gitlab/, /^project_path:[^*?:]+(:|$)/, "project_path:<group>/<project>:"],
  [
    /app\.terraform\.io/,
    /^organization:[^*?:]+:project:([^*?:]+|\*):workspace:[^*?:]+(:|$)/,
    "organization:<name>:project:<name>:workspace:<name>:",
  ],
  [/oidc\.eks|oidc-eks/, /^system:serviceaccount:[^*?:]+:[^*?:]+$/, "system:serviceaccount:<namespace>:<name>"],
];
const SUBJECT_OF_OTHERS = /^([^*?]+|[^*?:/]+[:/][^*?:/]+[:/].*)$/;
const SYMBOL = "\uE020";

/** What lets identities in that nobody named: a missing or wide test of the token's subject or audience. */
export function federationGaps(provider: string, statement: Statement, reading: Reading): FederationGap[] {
  if (/:saml-provider\//.test(provider)) return samlGaps(statement);
  if (provider === "cognito-identity.amazonaws.com") return cognitoGaps(statement);
  const gaps: FederationGap[] = [];
  const subjects = testsOf(statement, /:(sub|user_id|id)$/i);
  const form = SUBJECTS.find(([name]) => name.test(provider) || subjects.some(({ key }) => name.test(key)));
  const needed = form?.[1] ?? SUBJECT_OF_OTHERS;
  if (
    !subjects.some((test) => test.values.length > 0 && valuesOf(test, reading).every((value) => isOne(value, needed)))
  ) {
    const found = subjects.flatMap(({ values }) => values).join(", ");
    const asIs = found === "" ? "no condition names the subject of the token" : `the subject ${found} is too wide`;
    gaps.push({ kind: "subject", says: form === undefined ? asIs : `${asIs}; ${form[2]} has to be written out` });
  }
  const audiences = testsOf(statement, /:(aud|app_id|azp|oaud)$/i);
  if (!audiences.some((test) => valuesOf(test, reading).every((value) => !/[*?]/.test(value)))) {
    gaps.push({ kind: "audience", says: "no condition names the audience of the token" });
  }
  return gaps;
}

function samlGaps(statement: Statement): FederationGap[] {
  return testsOf(statement, /^saml:(aud|sub|iss|namequalifier)$/i).length > 0
    ? []
    : [{ kind: "audience", says: "no condition names the audience of the assertion" }];
}

function cognitoGaps(statement: Statement): FederationGap[] {
  const pool = testsOf(statement, /:aud$/i).some(({ values }) => values.every((value) => !/[*?]/.test(value)));
  const isKnown = testsOf(statement, /:amr$/i).some(({ values }) =>
    values.every((value) => value !== "unauthenticated"),
  );
  return [
    ...(pool ? [] : [{ kind: "audience" as const, says: "no condition names the identity pool" }]),
    ...(isKnown ? [] : [{ kind: "subject" as const, says: "guests of the identity pool are let in" }]),
  ];
}

const testsOf = (statement: Statement, key: RegExp): Condition[] =>
  statement.conditions.filter((condition) => key.test(condition.key) && isEquality(condition.operator));

// An unknown text that is no pattern is one subject, whichever it is.
const isOne = (subject: string, needed: RegExp): boolean => subject === SYMBOL || needed.test(subject);

// Of an equality even an unknown value is one value; of a pattern it may be a wildcard. A star of an equality is a star.
function valuesOf({ operator, values }: Condition, reading: Reading): string[] {
  const isPattern = /Like|Arn/.test(operator);
  return values.map((value) =>
    partsOf(value)
      .map(({ kind, text }) => {
        if (kind === "unknown") return isPattern && reading === "open" ? "*" : SYMBOL;
        return kind === "symbol" ? SYMBOL : isPattern ? text : text.replace(/[*?]/g, SYMBOL);
      })
      .join(""),
  );
}
