import type { Configuration, LoadedResource } from "../load/configuration";
import type { JsonValue } from "../terraform-json";
import { follow } from "./access";
import { isAlwaysIdentity, isIdentity } from "./attributes";
import { evaluate } from "./evaluate";
import { FirewallStatus } from "./firewall-endpoints";
import { asText, EvaluationError, tokensOf } from "./inspect";
import { Memo } from "./memo";
import { policyDocument } from "./policy-document";
import { fits, MAX_NESTING } from "./size";
import { Instance, isObject, JsonText, RemoteOutputs, type Value } from "./symbolic";
import { TemplateSyntaxError } from "./syntax/cursor";
import { parseTemplate } from "./syntax/parser";
import { tokensIn } from "./syntax/references";
import { Reference, Unknown } from "./value";
import { type Step, spelled, type World } from "./world";

const TEMPLATE = /[$%]\{/;
/** The commonest expression: one attribute of a resource, or a local value. */
const PLAIN = /^\$\{(?!module\.|data\.)([a-z]\w*)\.([a-zA-Z_][\w-]*)(?:\.([a-z_]\w*))?\}$/;
const INSTANCE_KEY = /^(.*?)\[("(?:[^"\\]|\\.)*"|\d+)\]$/s;
const NO_NAMES: ReadonlyMap<string, Value> = new Map();
const NAMED = new Set(["var", "local", "output"]);
const OUTSIDE = new Set(["each", "count", "path", "terraform", "self"]);

/** The resources, local values and assumptions that the expressions of a configuration refer to. */
export class ConfigurationWorld implements World {
  public readonly resources: ReadonlyMap<string, LoadedResource>;
  /** Addresses of the instances by the address without the key. */
  private readonly instances = new Map<string, Map<string | number, string>>();
  private readonly named: ReadonlyMap<string, JsonValue>;
  private readonly assumptions: ReadonlyMap<string, JsonValue>;
  private readonly memo = new Memo();

  public constructor(configuration: Configuration, assumptions: { [token: string]: JsonValue }) {
    this.resources = new Map(configuration.resources.map((resource) => [resource.address, resource]));
    for (const { address } of configuration.resources) this.addInstance(address);
    this.named = new Map(
      Object.entries(configuration.locals).map(([name, value]) => [name.includes(".") ? name : `local.${name}`, value]),
    );
    this.assumptions = new Map(Object.entries(assumptions));
  }

  private addInstance(address: string): void {
    if (!address.endsWith("]")) return;
    const [, base = "", key = ""] = INSTANCE_KEY.exec(address) ?? [];
    const instances = this.instances.get(base) ?? new Map<string | number, string>();
    this.instances.set(base, instances.set(JSON.parse(key) as string | number, address));
  }

  /** Evaluates a value of the configuration; what Terraform refuses is unknown. */
  public evaluated(value: JsonValue): Value {
    const result = this.memo.run(() => this.json(value, 0));
    return fits(result) ? result : new Unknown("", [], "too large or nested too deep");
  }

  private json(value: JsonValue, level: number): Value {
    if (typeof value === "string") return TEMPLATE.test(value) ? this.template(value) : value;
    if (typeof value !== "object" || value === null) return value;
    if (level >= MAX_NESTING) return new Unknown("", [], `nested deeper than ${MAX_NESTING} levels`);
    return this.memo.weighing(1, () => {
      if (Array.isArray(value)) return value.map((item) => this.json(item, level + 1));
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [this.keyText(key), this.json(item, level + 1)]),
      );
    });
  }

  // A key that is not known is left as it is written.
  private keyText(key: string): string {
    return TEMPLATE.test(key) ? (asText(this.template(key)) ?? key) : key;
  }

  private template(text: string): Value {
    const [whole, root, name, attribute] = PLAIN.exec(text) ?? [];
    if (whole === undefined || root === undefined || name === undefined) return this.parsed(text);
    try {
      return this.plain(root, name, attribute) ?? this.parsed(text);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return new Unknown(text, [text.slice(2, -1)], error.message);
    }
  }

  private plain(root: string, name: string, attribute: string | undefined): Value | undefined {
    const address = `${root}.${name}`;
    const value = this.named.get(address);
    if (value !== undefined && attribute === undefined) return this.memo.get(address, () => this.json(value, 0));
    const resource = this.resources.get(address);
    if (resource === undefined || attribute === undefined) return undefined;
    return isForAll(resource) ? undefined : this.attribute(address, attribute);
  }

  private parsed(text: string): Value {
    try {
      const node = parseTemplate(text);
      try {
        return this.memo.weighing(node.depth, () => evaluate(node, { text, world: this, names: NO_NAMES }));
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        return new Unknown(text, tokensIn(node), error.message);
      }
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      return new Unknown(text, tokensOfText(text), `an expression that is not read: ${error.message}`);
    }
  }

  public assumed(token: string): Value | undefined {
    const value = this.assumptions.get(token);
    return value === undefined ? undefined : this.memo.get(`assumed ${token}`, () => this.json(value, 0));
  }

  public reference(root: string, steps: readonly Step[]): Value {
    const words = [{ key: root, bracketed: false }, ...steps];
    let at = 0;
    let prefix = "";
    while (words[at]?.key === "module" && words[at + 1] !== undefined) {
      prefix += `module.${String(words[at + 1]?.key)}`;
      at += 2;
      const key = words[at];
      if (key?.bracketed) {
        if (typeof key.key !== "string" && typeof key.key !== "number") return this.outside(root, steps);
        prefix += `[${JSON.stringify(key.key)}]`;
        at += 1;
      }
      prefix += ".";
    }
    const kind = words[at]?.key;
    if (typeof kind !== "string" || (prefix === "" && OUTSIDE.has(kind))) return this.outside(root, steps);
    if (NAMED.has(kind)) {
      const key = `${prefix}${kind}.${String(words[at + 1]?.key)}`;
      const value = this.named.get(key);
      if (value === undefined) return this.outside(root, steps);
      return follow(
        this.memo.get(key, () => this.json(value, 0)),
        words.slice(at + 2),
        this,
      );
    }
    const first = kind === "data" ? at + 1 : at;
    const [type, name] = [words[first]?.key, words[first + 1]?.key];
    if (typeof type !== "string" || typeof name !== "string") return this.outside(root, steps);
    const address = `${prefix}${kind === "data" ? "data." : ""}${type}.${name}`;
    return this.ofResource(address, words.slice(first + 2)) ?? this.outside(root, steps);
  }

  private ofResource(address: string, steps: readonly Step[]): Value | undefined {
    const [next, ...rest] = steps;
    const instances = this.instances.get(address);
    if (instances !== undefined) return follow(this.collection(instances), steps, this);
    const resource = this.resources.get(address);
    if (resource === undefined) return undefined;
    if (next?.bracketed === true) {
      const isOnly = next.key === 0 && resource.count !== undefined && isNoneOrOne(resource.count);
      return isOnly ? follow(new Instance(address), rest, this) : undefined;
    }
    if (isForAll(resource)) {
      return next === undefined ? new Unknown(`\${${address}}`, [address]) : undefined;
    }
    return follow(new Instance(address), steps, this);
  }

  private collection(instances: ReadonlyMap<string | number, string>): Value {
    const entries = [...instances].map(([key, address]): [string | number, Value] => [key, new Instance(address)]);
    if (entries.some(([key]) => typeof key === "string")) return Object.fromEntries(entries);
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, instance]) => instance);
  }

  // The longest part that the caller gives a value for; without one, the whole is unknown.
  private outside(root: string, steps: readonly Step[]): Value {
    for (let length = steps.length; length > 0; length -= 1) {
      const value = this.assumed(spelled(root, steps.slice(0, length)));
      if (value !== undefined) return follow(value, steps.slice(length), this);
    }
    const token = spelled(root, steps);
    const open = steps.find(({ key }) => typeof key !== "string" && typeof key !== "number");
    return new Unknown(`\${${token}}`, open === undefined ? [token] : [...new Set([token, ...tokensOf(open.key)])]);
  }

  public attribute(address: string, name: string): Value {
    const resource = this.resources.get(address);
    const token = `${address}.${name}`;
    if (resource === undefined) return new Unknown(`\${${token}}`, [token]);
    if (resource.mode === "managed" && isAlwaysIdentity(resource.type, name)) return new Reference(address, name);
    return this.memo.get(token, () => this.attributeOf(resource, name, token));
  }

  private attributeOf(resource: LoadedResource, name: string, token: string): Value {
    const { address, type, values } = resource;
    if (type === "aws_networkfirewall_firewall" && name === "firewall_status") return [new FirewallStatus(address)];
    const written = Object.hasOwn(values, name) ? (values[name] ?? null) : null;
    if (written !== null) return this.json(written, 0);
    const given = this.assumed(token);
    if (given !== undefined) return given;
    if (type === "aws_iam_policy_document" && (name === "json" || name === "minified_json")) {
      const block = this.json({ ...values }, 0);
      const document = isObject(block) ? policyDocument(block, address) : block;
      return new JsonText(document, tokensOf(document));
    }
    if (type === "terraform_remote_state" && name === "outputs") return new RemoteOutputs(address);
    return isIdentity(name) ? new Reference(address, name) : new Unknown(`\${${token}}`, [token]);
  }

  public mayBeAbsent(token: string): boolean {
    const [, firewall] = /^(.*)\.endpoint\[.*\]$/s.exec(token) ?? [];
    if (firewall !== undefined) return this.zonesOf(firewall) === undefined;
    const resource = this.resources.get(token.slice(0, token.lastIndexOf(".")));
    return resource !== undefined && isForAll(resource);
  }

  public zoneOf(subnet: string): string | undefined {
    const zone = this.attribute(subnet, "availability_zone");
    return typeof zone === "string" ? zone : undefined;
  }

  public zonesOf(firewall: string): readonly string[] | undefined {
    const mappings = this.attribute(firewall, "subnet_mapping");
    const zones = (Array.isArray(mappings) ? mappings : [mappings]).map((mapping) => {
      const subnet = isObject(mapping) ? mapping["subnet_id"] : undefined;
      return subnet instanceof Reference && subnet.attribute === "id" ? this.zoneOf(subnet.address) : undefined;
    });
    return zones.every((zone) => zone !== undefined) ? zones : undefined;
  }
}

const isForAll = ({ count, forEach }: LoadedResource): boolean => count !== undefined || forEach !== undefined;

// `condition ? 1 : 0`: with one instance at most, the element 0 is that one.
function isNoneOrOne(count: JsonValue): boolean {
  if (typeof count !== "string") return count === 0 || count === 1;
  try {
    const node = parseTemplate(count);
    if (node.kind !== "conditional") return false;
    return [node.yes, node.no].every((branch) => branch.kind === "literal" && [0, 1].includes(Number(branch.value)));
  } catch {
    return false;
  }
}

// The references of text that can't be read, by their look.
function tokensOfText(text: string): string[] {
  return [...new Set(text.slice(0, 10_000).match(/[a-zA-Z_][\w-]*(?:\.[a-zA-Z_][\w-]*)+/g) ?? [])];
}
