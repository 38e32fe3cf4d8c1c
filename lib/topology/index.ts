export type { AgentReach, ReachPath } from "./model";
export type { JsonValue, TerraformJson } from "./terraform-json";
export { Topology } from "./topology";
