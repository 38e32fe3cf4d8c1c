import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { GcpAgentCell, type GcpAgentCellProps, GcpEgressTier } from "../../constructs/gcp";
import { synthStack } from "../../lib/topology/synth-stack";
import { type Resource, resourcesOf, type TerraformJson } from "../../lib/topology/terraform-json";

const PLACE = { project: "acme-agents", region: "europe-west1" };

/** A stack with a provider of the region that the tests' cells are in. */
export function gcpStack(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  new GoogleProvider(stack, "google", PLACE);
  return stack;
}

/** A cell with a proxy, in a stack of its own. */
export function gcpCell(props: Partial<GcpAgentCellProps> = {}, stack = gcpStack()): GcpAgentCell {
  return new GcpAgentCell(stack, "Agents", { ...PLACE, cidr: "10.64.0.0/20", tier: GcpEgressTier.PROXY, ...props });
}

/** A synthesized stack with the look-ups that tests ask for. */
export class GcpPlan {
  private constructor(public readonly json: TerraformJson) {}

  public static of(cell: GcpAgentCell): GcpPlan {
    return new GcpPlan(synthStack(cell.stack));
  }

  public all(type: string): Resource[] {
    return resourcesOf(this.json, `google_${type}`);
  }

  /** The one resource of a type whose address holds a word. */
  public one(type: string, word = ""): Resource {
    const found = this.all(type).filter((resource) => resource.address.includes(word));
    const [first] = found;
    if (first === undefined || found.length !== 1) throw new Error(`${found.length} resources ${type} with '${word}'`);
    return first;
  }

  /** The firewall's rules, by priority. */
  public get rules(): FirewallRule[] {
    return this.one("compute_network_firewall_policy_with_rules").values["rule"] as unknown as FirewallRule[];
  }

  /** The firewall's rules by name. */
  public rule(name: string): FirewallRule {
    const found = this.rules.find((rule) => rule.rule_name === name);
    if (found === undefined)
      throw new Error(`no rule ${name} in ${this.rules.map((rule) => rule.rule_name).join(", ")}`);
    return found;
  }
}

export interface FirewallRule {
  readonly rule_name: string;
  readonly priority: number;
  readonly direction: string;
  readonly action: string;
  readonly enable_logging: boolean;
  readonly description: string;
  readonly target_service_accounts?: string[];
  readonly target_secure_tag?: { readonly name: string }[];
  readonly match: {
    readonly src_ip_ranges?: string[];
    readonly dest_ip_ranges?: string[];
    readonly dest_fqdns?: string[];
    readonly layer4_config: { readonly ip_protocol: string; readonly ports?: string[] }[];
  };
}
