import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { AwsAgentCell, type AwsAgentCellProps, AwsEgressTier } from "../../constructs/aws";
import { synthStack } from "../../lib/topology/synth-stack";
import { type Resource, referenceOf, resourcesOf, type TerraformJson } from "../../lib/topology/terraform-json";

/** A stack with a provider of the region that the tests' zones are in. */
export function stackOf(region = "eu-west-1"): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AwsProvider(stack, "aws", { region });
  return stack;
}

/** An inspected cell in two zones, in a stack of its own. */
export function cellOf(props: Partial<AwsAgentCellProps> = {}, stack = stackOf()): AwsAgentCell {
  return new AwsAgentCell(stack, "Agents", {
    cidr: "10.64.0.0/20",
    availabilityZones: ["eu-west-1a", "eu-west-1b"],
    tier: AwsEgressTier.INSPECTED,
    ...props,
  });
}

/** A synthesized stack with the look-ups that tests ask for. */
export class Plan {
  private constructor(public readonly json: TerraformJson) {}

  public static of(cell: AwsAgentCell): Plan {
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

  /** The policy document in an argument of a resource. */
  public policy(type: string, word: string, argument = "policy"): PolicyDocument {
    return JSON.parse(String(this.one(type, word).values[argument]));
  }

  /** Routes of the table that a subnet is associated with, as destination and target. */
  public routesOf(subnet: Resource): { destination: string; target: string }[] {
    const association = this.all("aws_route_table_association").find(
      (one) => referenceOf(one.values["subnet_id"]) === subnet.address,
    );
    const table = referenceOf(association?.values["route_table_id"]);
    return this.routesIn(table);
  }

  public routesIn(table: string | undefined): { destination: string; target: string }[] {
    return this.all("aws_route")
      .filter((route) => referenceOf(route.values["route_table_id"]) === table)
      .map((route) => ({
        destination: String(route.values["destination_cidr_block"]),
        target: String(
          route.values["vpc_endpoint_id"] ?? route.values["nat_gateway_id"] ?? route.values["gateway_id"] ?? "other",
        ),
      }))
      .sort((a, b) => (a.destination < b.destination ? -1 : 1));
  }

  public subnets(role: string): Resource[] {
    return this.all("aws_subnet").filter((subnet) => tagsOf(subnet)["cordon:role"] === role);
  }
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: { [key: string]: unknown; Sid?: string; Effect: string }[];
}

export function tagsOf(resource: Resource): { [key: string]: string } {
  return resource.values["tags"] as { [key: string]: string };
}
