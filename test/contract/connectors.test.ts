import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { AwsService } from "../../constructs/aws";
import { GcpService } from "../../constructs/gcp";
import { Connector, ContainmentPolicy, Egress, Operation } from "../../lib";
import { Topology } from "../../lib/topology";
import { cellOf as azureCell } from "../constructs/azure/support";
import { cellOf as awsCell } from "../support/aws-plan";
import { gcpCell } from "../support/gcp-plan";

const tickets = Connector.http("tickets", { host: "acme.desk.example", reason: "support desk" });
const mediated = tickets.permit(Operation.get("/tickets/{id}"));
const direct = ContainmentPolicy.denyAll("support").allow(
  Egress.https("status.example.com", { reason: "incident page" }),
);

/** A cell of each cloud with what its gateway needs, and the names that the gateway itself asks. */
const clouds: readonly (readonly [
  string,
  readonly string[],
  () => { addAgent(name: string, props: object): unknown; stack: TerraformStack; connectorGateway: object | undefined },
])[] = [
  ["AWS", [], () => awsCell({ services: [AwsService.DYNAMODB, AwsService.EXECUTE_API] })],
  ["Google Cloud", [], () => gcpCell({ services: [GcpService.CLOUD_RUN, GcpService.FIRESTORE] })],
  [
    "Azure",
    ["login.microsoftonline.com:443"],
    () => {
      const stack = new TerraformStack(Testing.app(), "stack");
      new AzurermProvider(stack, "azurerm", { features: [{}], storageUseAzuread: true });
      return azureCell({ connectorGateway: { application: "11111111-2222-3333-4444-555555555555" } }, stack);
    },
  ],
];

describe.each(clouds)("connectors on %s", (_cloud, own, cellWith) => {
  test("open their host to the gateway and to no agent, and leave the rest of the policy as it was", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: direct.connect(mediated) });
    const topology = Topology.of(cell.stack);
    expect(topology.reach("triage")).toEqual(["status.example.com:443"]);
    expect(topology.reach("connector-gateway")).toEqual(["acme.desk.example:443", ...own]);
    expect(topology.canReach("triage", "https://acme.desk.example")).toBe(false);
    expect(topology.findings()).toEqual([]);
  });

  test("add nothing where a policy has none", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: direct });
    expect(cell.connectorGateway).toBeUndefined();
    expect(Topology.of(cell.stack).agents).toEqual(["triage"]);
  });
});
