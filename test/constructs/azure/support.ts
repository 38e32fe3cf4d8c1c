import { KeyVault } from "@cdktf/provider-azurerm/lib/key-vault";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { AzureAgentCell, type AzureAgentCellProps, AzureService } from "../../../constructs/azure";
import { synthStack } from "../../../lib/topology/synth-stack";
import { type JsonValue, type Resource, resourcesOf, type TerraformJson } from "../../../lib/topology/terraform-json";

export const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000";
export const GROUP = `${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network`;

/** A stack with a provider. */
export function stackOf(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AzurermProvider(stack, "azurerm", { features: [{}] });
  return stack;
}

/** A cell of the default tier, in a stack of its own. */
export function cellOf(props: Partial<AzureAgentCellProps> = {}, stack = stackOf()): AzureAgentCell {
  return new AzureAgentCell(stack, "Agents", { cidr: "10.64.0.0/20", location: "westeurope", ...props });
}

/** The same with an agent that reaches nothing. */
export function cellWithAgent(props: Partial<AzureAgentCellProps> = {}, stack = stackOf()): AzureAgentCell {
  const cell = cellOf(props, stack);
  cell.addAgent("triage");
  return cell;
}

/** A vault of the stack that is closed but for its private endpoint. */
export function vaultOf(cell: AzureAgentCell, closed = true): KeyVault {
  const { location, resourceGroupName } = cell.scope;
  const vault = new KeyVault(cell.stack, "Vault", {
    name: "acme",
    skuName: "standard",
    tenantId: "00000000-0000-0000-0000-000000000001",
    location,
    resourceGroupName,
  });
  if (closed) AzureService.KEY_VAULT.lockDown(vault);
  return vault;
}

/** A synthesized stack with the look-ups that tests ask for. */
export class Plan {
  private constructor(public readonly json: TerraformJson) {}

  public static of(cell: AzureAgentCell): Plan {
    return new Plan(synthStack(cell.stack));
  }

  public all(type: string): Resource[] {
    return resourcesOf(this.json, type);
  }

  /** The one resource of a type whose address holds a word. */
  public one(type: string, word = ""): Resource {
    const found = this.all(type).filter((resource) => resource.address.includes(word));
    const [first] = found;
    if (first === undefined || found.length !== 1) throw new Error(`${found.length} resources ${type} with '${word}'`);
    return first;
  }

  /** Every resource of the plan. */
  public get resources(): Resource[] {
    return Object.keys(this.json.resource ?? {}).flatMap((type) => this.all(type));
  }

  /** Addresses that a resource waits for, said by `depends_on` or by a reference. */
  public before(resource: Resource): string[] {
    const text = JSON.stringify(resource.values);
    return [...new Set(text.match(/\baz(?:urerm|api)_[a-z0-9_]+\.[A-Za-z0-9_-]+/g))].filter(
      (address) => address !== resource.address,
    );
  }
}

/** A value of a plan below its keys. */
export function at(values: JsonValue | undefined, ...keys: (string | number)[]): JsonValue | undefined {
  return keys.reduce<JsonValue | undefined>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return typeof value === "object" && value !== null ? value[key] : undefined;
  }, values);
}
