import Ajv2020, { type ErrorObject } from "ajv/dist/2020";
import { CordonError } from "../errors/cordon-error";
import schema from "./containment-policy.schema.json";
import { Egress, EgressProtocol, type EgressRule } from "./egress";

/** One destination in the JSON form. */
export interface EgressRuleJson {
  readonly protocol: string;
  readonly host?: string;
  readonly cidr?: string;
  readonly port?: number;
  readonly reason: string;
  readonly sharedTenancy?: string;
}

/** A policy in its JSON form; `containment-policy.schema.json` describes it. */
export interface PolicyJson {
  readonly $schema?: string;
  readonly version: 1;
  readonly name: string;
  readonly egress: EgressRuleJson[];
}

/** Says where a part of the document stands, for errors. */
export type Locate = (path: (string | number)[]) => string;

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile<PolicyJson>(schema);

export function policyToJson(name: string, rules: readonly EgressRule[]): PolicyJson {
  return {
    version: 1,
    name,
    egress: rules.map((rule) => ({
      protocol: rule.protocol,
      ...(rule.host === undefined ? { cidr: String(rule.cidr) } : { host: String(rule.host) }),
      port: rule.port,
      reason: rule.reason,
      ...(rule.sharedTenancy === undefined ? {} : { sharedTenancy: rule.sharedTenancy }),
    })),
  };
}

/** Checks a document against the schema and builds its rules through the same factories as a program does. */
export function policyFromJson(value: unknown, at: string, locate: Locate = (path) => `${at}, ${pointer(path)}`): { name: string; rules: EgressRule[] } {
  if (!validate(value)) {
    const [first, ...others] = (validate.errors ?? []).filter(isCause).map((error) => complaint(error, locate));
    const rest = others.map((one) => `\n  ${one.place}: ${one.problem}`).join("");
    throw new CordonError("CORDON-042", first?.place ?? at, first?.problem ?? "it does not fit the schema", `see containment-policy.schema.json${rest}`);
  }
  const rules = value.egress.map((rule, index) => relocated(locate(["egress", index]), () => ruleFromJson(rule)));
  const ids = new Map<string, number>();
  rules.forEach(({ id }, index) => {
    const first = ids.get(id);
    if (first !== undefined) {
      throw new CordonError("CORDON-031", locate(["egress", index]), `${id} is there already, as entry ${first}`, "keep one of the two");
    }
    ids.set(id, index);
  });
  return { name: value.name, rules };
}

function ruleFromJson(rule: EgressRuleJson): EgressRule {
  const { protocol, host, cidr, port, reason, sharedTenancy } = rule;
  const options = { reason, ...(sharedTenancy === undefined ? {} : { sharedTenancy }), ...(port === undefined ? {} : { port }) };
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

// A refusal of a factory names the factory; a reader of a file needs the place in the file.
function relocated<T>(place: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (CordonError.isCordonError(error)) throw new CordonError(error.code, place, error.problem, error.fix);
    throw error;
  }
}

// The branches of a choice complain beside the choice itself.
const isCause = (error: ErrorObject): boolean => !["if", "oneOf", "anyOf", "then", "else"].includes(error.keyword);

function complaint(error: ErrorObject, locate: Locate): { place: string; problem: string } {
  const path = error.instancePath.split("/").slice(1).map((part) => (/^\d+$/.test(part) ? Number(part) : part.replace(/~1/g, "/").replace(/~0/g, "~")));
  const extra: unknown = error.params["additionalProperty"] ?? error.params["unevaluatedProperty"];
  if (typeof extra === "string") return { place: locate([...path, extra]), problem: `this version does not know ${JSON.stringify(extra)}` };
  return { place: locate(path), problem: error.message ?? error.keyword };
}

const pointer = (path: (string | number)[]): string => `/${path.join("/")}`;
