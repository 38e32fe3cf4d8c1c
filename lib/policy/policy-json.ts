import Ajv2020, { type ErrorObject } from "ajv/dist/2020";
import type { CordonErrorCode } from "../errors/codes";
import { CordonError, quoted } from "../errors/cordon-error";
import { Connector } from "./connector";
import type { ConnectorJson } from "./connector-json";
import schema from "./containment-policy.schema.json";
import { DenyList, type DenyListJson } from "./deny-list";
import { Egress, EgressProtocol, type EgressRule } from "./egress";

/** One destination in the JSON form. */
export interface EgressRuleJson {
  readonly protocol: string;
  readonly host?: string;
  readonly cidr?: string;
  readonly port?: number;
  readonly reason: string;
  readonly sharedTenancy?: string;
  readonly requests?: string[];
}

/** A policy in its JSON form; `containment-policy.schema.json` describes it. */
export interface PolicyJson {
  readonly $schema?: string;
  readonly version: 1;
  readonly name: string;
  readonly egress: EgressRuleJson[];
  readonly connectors?: ConnectorJson[];
  readonly refuse?: DenyListJson[];
}

/** What a policy is made of. */
export interface PolicyParts {
  readonly name: string;
  readonly rules: readonly EgressRule[];
  readonly connectors: readonly Connector[];
  readonly denied: readonly DenyList[];
}

/** Says where a part of the document stands, for errors: its value, or the key of a member that should not be there. */
export type Locate = (path: (string | number)[], part?: "value" | "key") => string;

const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  verbose: true,
}).compile<PolicyJson>(schema);

export function policyToJson({ name, rules, connectors, denied }: PolicyParts): PolicyJson {
  return {
    version: 1,
    name,
    egress: rules.map((rule) => ({
      protocol: rule.protocol,
      ...(rule.host === undefined ? { cidr: String(rule.cidr) } : { host: String(rule.host) }),
      port: rule.port,
      reason: rule.reason,
      ...(rule.sharedTenancy === undefined ? {} : { sharedTenancy: rule.sharedTenancy }),
      ...(rule.requests.length === 0 ? {} : { requests: rule.requests.map(String) }),
    })),
    ...(connectors.length === 0 ? {} : { connectors: connectors.map((connector) => connector.toJSON()) }),
    ...(denied.length === 0 ? {} : { refuse: denied.map((list) => list.toJSON()) }),
  };
}

/** Checks a document against the schema and builds its rules through the same factories as a program does. */
export function policyFromJson(
  value: unknown,
  at: string,
  locate: Locate = (path) => (path.length === 0 ? at : `${at}, ${pointer(path)}`),
): PolicyParts {
  if (!validate(value)) {
    const [first, ...others] = complaints(validate.errors ?? []);
    const rest = others
      .slice(0, MOST_COMPLAINTS)
      .map(({ path, part, problem }) => `\n  ${locate(path, part)}: ${problem}`);
    if (others.length > MOST_COMPLAINTS) rest.push(`\n  and ${others.length - MOST_COMPLAINTS} more`);
    throw new CordonError(
      "CORDON-042",
      locate(first?.path ?? [], first?.part),
      first?.problem ?? "it does not fit the schema",
      `see containment-policy.schema.json${rest.join("")}`,
    );
  }
  const rules = value.egress.map((rule, index) => relocated(rule, index, locate));
  const ids = new Map<string, number>();
  rules.forEach(({ id }, index) => {
    const first = ids.get(id);
    if (first !== undefined) {
      throw new CordonError(
        "CORDON-031",
        locate(["egress", index]),
        `${id} is there already, as entry ${first}`,
        "keep one of the two",
      );
    }
    ids.set(id, index);
  });
  const connectors = (value.connectors ?? []).map((one, index) =>
    Connector.fromJSON(one, locate(["connectors", index])),
  );
  const denied = (value.refuse ?? []).map((one, index) => DenyList.parse(one, locate(["refuse", index])));
  refuseTwins(connectors, "connectors", locate);
  refuseTwins(denied, "refuse", locate);
  return { name: value.name, rules, connectors, denied };
}

function refuseTwins(named: readonly { readonly name: string }[], member: string, locate: Locate): void {
  const names = named.map(({ name }) => name);
  const twin = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twin === -1) return;
  throw new CordonError(
    "CORDON-039",
    locate([member, twin]),
    `${quoted(names[twin])} is there already, as entry ${names.indexOf(names[twin] ?? "")}`,
    "keep one of the two",
  );
}

function ruleFromJson(rule: EgressRuleJson): EgressRule {
  const { protocol, host, cidr, port, reason, sharedTenancy, requests } = rule;
  const options = {
    reason,
    ...(requests === undefined ? {} : { requests }),
    ...(sharedTenancy === undefined ? {} : { sharedTenancy }),
    ...(port === undefined ? {} : { port }),
  };
  if (cidr !== undefined) return Egress.cidr(cidr, { port: port ?? 0, reason, protocol: protocol as EgressProtocol });
  const name = host ?? "";
  switch (protocol) {
    case EgressProtocol.HTTPS:
      return Egress.https(name, options);
    case EgressProtocol.TLS:
      return Egress.tls(name, options);
    case EgressProtocol.HTTP:
      return Egress.http(name, options);
    default:
      return Egress.tcp(name, { ...options, port: port ?? 0 });
  }
}

/** The member of an entry that a refusal of the factories is about. */
const MEMBER_OF: Partial<Record<CordonErrorCode, keyof EgressRuleJson>> = {
  "CORDON-001": "host",
  "CORDON-002": "host",
  "CORDON-003": "host",
  "CORDON-004": "host",
  "CORDON-010": "cidr",
  "CORDON-020": "port",
  "CORDON-021": "reason",
  "CORDON-033": "cidr",
  "CORDON-034": "port",
  "CORDON-035": "requests",
};

// A refusal of a factory names the factory; a reader of a file needs the place in the file.
function relocated(rule: EgressRuleJson, index: number, locate: Locate): EgressRule {
  try {
    return ruleFromJson(rule);
  } catch (error) {
    if (!CordonError.isCordonError(error)) throw error;
    const member = error.problem.startsWith("sharedTenancy ") ? "sharedTenancy" : MEMBER_OF[error.code];
    const path = member !== undefined && rule[member] !== undefined ? [member] : [];
    throw new CordonError(error.code, locate(["egress", index, ...path]), error.problem, error.fix);
  }
}

interface Complaint {
  readonly path: (string | number)[];
  readonly part?: "key";
  readonly problem: string;
}

const MOST_COMPLAINTS = 20;

/** What does not fit, in the order of the schema; the branches of a choice complain beside the choice itself. */
function complaints(errors: ErrorObject[]): Complaint[] {
  const causes = new Map<string, Complaint>();
  for (const error of errors.filter(({ keyword }) => keyword !== "if")) {
    const found = complaint(error);
    const key = `${error.keyword} ${pointer(found.path)} ${error.keyword === "required" ? found.problem : ""}`;
    if (!causes.has(key)) causes.set(key, found);
  }
  return [...causes.values()];
}

function complaint(error: ErrorObject): Complaint {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replace(/~1/g, "/").replace(/~0/g, "~")));
  const { additionalProperty, missingProperty, allowedValue, allowedValues } = error.params as Record<string, unknown>;
  if (typeof additionalProperty === "string") {
    return {
      path: [...path, additionalProperty],
      part: "key",
      problem: `this version does not know ${quoted(additionalProperty)}`,
    };
  }
  return { path, problem: problemOf() };

  function problemOf(): string {
    if (missingProperty !== undefined) {
      return missingProperty === "host" ? "it has neither host nor cidr" : `it has no ${missingProperty}`;
    }
    if (error.keyword === "false schema") return "it can't stand beside cidr";
    const value = typeof error.data === "object" && error.data !== null ? "it" : quoted(error.data);
    if (allowedValue !== undefined) return `${value} is not ${allowedValue}`;
    if (Array.isArray(allowedValues)) return `${value} is none of ${allowedValues.join(", ")}`;
    return `${value} ${error.message ?? error.keyword}`;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc6901 */
export const pointer = (path: (string | number)[]): string =>
  path.map((part) => `/${String(part).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
