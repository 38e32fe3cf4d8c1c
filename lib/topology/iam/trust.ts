import { federationGaps } from "./federation";
import { confines, fieldsOf, isOwn, type OwnerScope } from "./owner";
import { lettersOf, Pattern } from "./pattern";
import type { PolicyDocument, Principal, Statement } from "./policy-document";
import { Side } from "./statement-side";
import { hasUnknown, isLiteral, soleSymbol } from "./template";

/**
 * Who comes in that should not. `anyone`: principals without a limit. `account`: another account. `subject` and
 * `audience`: tokens of an identity provider that nobody named. `deputy`: resources of strangers, through a service of
 * AWS. `unreadable`: the policy can't be read.
 */
export type TrustGap = "anyone" | "account" | "subject" | "audience" | "deputy" | "unreadable";

/** An opening in a trust policy. */
export interface TrustFinding {
  readonly kind: TrustGap;
  /** Index of the statement. */
  readonly index?: number;
  readonly sid?: string;
  /** As written: `*`, `arn:aws:iam::111122223333:root`, `ecs-tasks.amazonaws.com`. */
  readonly principal: string;
  readonly says: string;
}

const TAKING = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"].map((action) =>
  lettersOf(action, { anyCase: true }),
);

/** Services that act for resources of any account, and for which AWS tells to name the account. */
const DEPUTIES = new Set(
  `apigateway backup bedrock bedrock-agentcore bedrock.agentcore cloudtrail codebuild codepipeline config delivery.logs
   ecs-tasks events export.rds firehose glue imagebuilder kinesisanalytics logs pipes rolesanywhere s3 sagemaker scheduler
   ses sns ssm states transfer vpc-flow-logs`
    .trim()
    .split(/\s+/)
    .map((name) => `${name}.amazonaws.com`),
);

/**
 * Who can take a role besides those that its trust policy may name: a service of AWS that runs the workload, roles of the
 * same configuration, principals of the owner's account, and tokens whose subject is spelt out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function openTrust(document: PolicyDocument | undefined, scope: OwnerScope): TrustFinding[] {
  const isOpen = scope.reading === "open";
  if (document === undefined) {
    return isOpen ? [{ kind: "unreadable", principal: "*", says: "the trust policy can't be read" }] : [];
  }
  const closing = document.statements
    .filter((statement) => isClosing(statement, scope))
    .map((one) => taken(one, scope));
  const isLeft = (takes: boolean, action: number): boolean => takes && !closing.some((one) => one[action]);
  return document.statements.flatMap((statement, index) => {
    if (statement.effect !== "Allow" || !taken(statement, scope).some(isLeft)) return [];
    const place = { index, ...(statement.sid === undefined ? {} : { sid: statement.sid }) };
    return gapsOf(statement, scope).map((gap) => ({ ...place, ...gap }));
  });
}

/** A Deny that keeps everybody out: without doubt in the open reading, at all possible in the closed one. */
function isClosing({ effect, principals, conditions }: Statement, { reading }: OwnerScope): boolean {
  if (effect === "Allow") return false;
  const isForAll = principals?.some(({ type, id }) => type === "*" || (type === "AWS" && id === "*")) === true;
  return reading === "closed" || (isForAll && conditions.length === 0);
}

/** Which of the ways to take a role a statement is about. */
function taken({ effect, actions, notActions }: Statement, { reading }: OwnerScope): boolean[] {
  const parsed = (texts: string[] | undefined): Pattern[] | undefined =>
    texts?.map((text) => Pattern.parse(text, { anyCase: true }));
  const side = new Side(effect === "Allow" ? "opening" : "restriction", reading, parsed(actions), parsed(notActions));
  return TAKING.map((letters) => side.holds(letters));
}

type Gap = Omit<TrustFinding, "index" | "sid">;

function gapsOf(statement: Statement, scope: OwnerScope): Gap[] {
  // Not known in the closed reading: the condition may be one that nobody meets.
  if (scope.reading === "closed" && statement.conditions.some(({ operator, key }) => !isLiteral(operator + key)))
    return [];
  if (statement.principals === undefined) {
    const left = (statement.notPrincipals ?? []).map(({ id }) => id).join(", ");
    return [
      { kind: "anyone", principal: "*", says: `everybody but ${left === "" ? "nobody" : left} may take the role` },
    ];
  }
  return statement.principals.flatMap((principal) => gapsOfPrincipal(principal, statement, scope));
}

function gapsOfPrincipal({ type, id }: Principal, statement: Statement, scope: OwnerScope): Gap[] {
  const isUnknown = hasUnknown(id) || !isLiteral(type);
  if (isUnknown && scope.reading === "closed") return [];
  if (type === "Service") return serviceGaps(id, statement, scope);
  if (type === "Federated") {
    return federationGaps(id, statement, scope.reading).map((gap) => ({ ...gap, principal: id }));
  }
  if (type === "CanonicalUser") return [{ kind: "account", principal: id, says: "a canonical user may take the role" }];
  if (soleSymbol(id) !== undefined) return [];
  const isConfined = statement.conditions.some((condition) => confines(condition, "principal", scope));
  if (id === "*" || isUnknown || /[*?]/.test(id)) {
    const says = isUnknown ? `who ${id} is can't be told` : "every AWS account may take the role";
    return isConfined ? [] : [{ kind: "anyone", principal: id, says }];
  }
  return accountGaps(id, scope);
}

function accountGaps(id: string, scope: OwnerScope): Gap[] {
  const account = id.startsWith("arn:") ? (fieldsOf(id)[4] ?? "") : id;
  // The id of a principal that was deleted.
  if (/^A[A-Z0-9]{15,}$/.test(account)) return [];
  const own = scope.owner?.account;
  const isForeign =
    own === undefined ? scope.reading === "open" && isLiteral(account) : !isOwn(account, own, scope.reading);
  return isForeign ? [{ kind: "account", principal: id, says: `account ${account} is not the role's own` }] : [];
}

function serviceGaps(id: string, statement: Statement, scope: OwnerScope): Gap[] {
  if (!DEPUTIES.has(id.replace(/\.[a-z]{2}(-[a-z]+)+-\d(?=\.amazonaws\.com)/, ""))) return [];
  const tests = statement.conditions;
  const isTagged = tests.some(({ key }) => /^aws:(requesttag|principaltag)\//i.test(key));
  return isTagged || tests.some((condition) => confines(condition, "source", scope))
    ? []
    : [{ kind: "deputy", principal: id, says: `${id} may take the role for resources of any account` }];
}
