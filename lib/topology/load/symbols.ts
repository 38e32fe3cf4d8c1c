import { MADE_WITH_VPC } from "../resolve/attributes";
import type { JsonValue } from "../terraform-json";
import type { LoadedResource } from "./configuration";
import { isBlock, listOf, valueAt } from "./shape";

/** The provider's own names of a thing; never references to another one. */
const OWN = new Set(["id", "arn", "tags", "tags_all", "name", "key_id", "owner_id", "security_group_rule_id"]);

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-[0-9a-f]{8,}$/;
const ARN = /arn:aws[a-z-]*:[^\s"'`\\,{}[\]()]*/g;
const REFERRING = /_(?:id|ids|arn|arns)$/;

/**
 * Writes the literal ids and ARNs of a plan or state as references again, so that it reads like the configuration that
 * made it. A literal becomes a reference when exactly one resource has it as its id or ARN; ids that are plain words only
 * where an argument's name says that an id stands there. Account numbers, names and everything else stay.
 */
export function symbolized(resources: readonly LoadedResource[]): LoadedResource[] {
  const owners = new Owners(resources);
  return resources.map((resource) => ({ ...resource, values: owners.blockOf(resource) }));
}

class Owners {
  /** Expressions by ARN and by id. */
  private readonly arns = new Map<string, string>();
  private readonly ids = new Map<string, string>();
  private readonly madeWithVpc = new Map<string, string>();
  private readonly endpoints = new Map<string, string>();

  public constructor(resources: readonly LoadedResource[]) {
    const byId = new Map<string, LoadedResource[]>();
    const byArn = new Map<string, LoadedResource[]>();
    const managed = resources.filter(({ mode }) => mode === "managed");
    for (const resource of managed) {
      const { id, arn } = resource.values;
      if (typeof id === "string" && id !== "") byId.set(id, [...(byId.get(id) ?? []), resource]);
      if (typeof arn === "string" && arn !== "") byArn.set(arn, [...(byArn.get(arn) ?? []), resource]);
      this.addParts(resource);
    }
    for (const [arn, [only, ...others]] of byArn) {
      if (only !== undefined && others.length === 0) this.arns.set(arn, `${only.address}.arn`);
    }
    for (const [id, candidates] of byId) {
      const owner = ownerOf(id, candidates);
      if (owner !== undefined) this.ids.set(id, `${owner.address}.id`);
    }
  }

  private addParts({ type, address, values }: LoadedResource): void {
    if (type === "aws_vpc" || type === "aws_default_vpc") {
      for (const attribute of MADE_WITH_VPC) {
        const id = values[attribute];
        if (typeof id === "string" && !this.madeWithVpc.has(id)) this.madeWithVpc.set(id, `${address}.${attribute}`);
      }
    }
    if (type === "aws_vpc_endpoint" && typeof values["prefix_list_id"] === "string") {
      this.endpoints.set(values["prefix_list_id"], `${address}.prefix_list_id`);
    }
    if (type !== "aws_networkfirewall_firewall") return;
    const byZone = `{for one in ${address}.firewall_status[0].sync_states : one.availability_zone => one.attachment[0].endpoint_id}`;
    for (const state of listOf(valueAt(listOf(values["firewall_status"])[0], "sync_states"))) {
      const zone = valueAt(state, "availability_zone");
      for (const attachment of listOf(valueAt(state, "attachment"))) {
        const endpoint = valueAt(attachment, "endpoint_id");
        if (typeof endpoint === "string") this.endpoints.set(endpoint, `${byZone}[${JSON.stringify(zone)}]`);
      }
    }
  }

  public blockOf(resource: LoadedResource): LoadedResource["values"] {
    const isVpc = resource.type === "aws_vpc" || resource.type === "aws_default_vpc";
    return Object.fromEntries(
      Object.entries(resource.values).map(([key, value]) => [
        key,
        OWN.has(key) || (isVpc && MADE_WITH_VPC.has(key)) || key === "firewall_status"
          ? value
          : this.value(value, key, resource),
      ]),
    );
  }

  private value(value: JsonValue, key: string, resource: LoadedResource): JsonValue {
    if (typeof value === "string") return this.text(value, key, resource.address);
    if (Array.isArray(value)) return value.map((item) => this.value(item, key, resource));
    if (!isBlock(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, this.value(item, inner, resource)]));
  }

  // The texts are escaped already; ids and ARNs have nothing to escape.
  private text(text: string, key: string, own: string): string {
    const ofOther = (expression: string | undefined): string | undefined =>
      expression === undefined || expression.startsWith(`${own}.`) ? undefined : `\${${expression}}`;
    const arn = ofOther(this.arns.get(text)) ?? ofOther(this.endpoints.get(text));
    if (arn !== undefined) return arn;
    if (ID.test(text) || REFERRING.test(key)) {
      return ofOther(this.ids.get(text)) ?? ofOther(this.madeWithVpc.get(text)) ?? text;
    }
    return text.includes("arn:aws") ? text.replace(ARN, (found) => this.arnStart(found, own)) : text;
  }

  // Text may go on after an ARN: `/*`, `:*`.
  private arnStart(text: string, own: string): string {
    for (let end = text.length; end > 0; end -= 1) {
      if (/[A-Za-z0-9_.+=@-]/.test(text[end] ?? "")) continue;
      const expression = this.arns.get(text.slice(0, end));
      if (expression !== undefined && !expression.startsWith(`${own}.`)) return `\${${expression}}${text.slice(end)}`;
    }
    return text;
  }
}

// Some resources have the id of the one they configure: the policy of an endpoint, the logs of a firewall.
function ownerOf(id: string, candidates: readonly LoadedResource[]): LoadedResource | undefined {
  const [only] = candidates;
  if (candidates.length === 1) return only;
  const named = candidates.filter(({ values }) => {
    const arn = values["arn"];
    return typeof arn === "string" && (arn === id || arn.endsWith(`/${id}`) || arn.endsWith(`:${id}`));
  });
  const main = named.length === 1 ? named : candidates.filter(({ values }) => !namesAsArgument(values, id));
  return main.length === 1 ? main[0] : undefined;
}

function namesAsArgument(values: LoadedResource["values"], id: string): boolean {
  return Object.entries(values).some(([key, value]) => value === id && !OWN.has(key));
}
