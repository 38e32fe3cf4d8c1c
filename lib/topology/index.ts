export type { Certificate } from "./certificate/certificate";
export { containmentMatchers } from "./matchers";
export type { Doubt } from "./model/doubt";
export type { ReachPath } from "./model/reach";
export type {
  Acknowledgement,
  Assumption,
  Explanation,
  Finding,
  Layer,
  LayerAnswer,
  RuleVerdict,
  Severity,
  Step,
  Verdict,
  Verification,
} from "./model/result";
export type { Flow } from "./sets/flow-set";
export type { TopologyOptions } from "./stack-reading";
export type { JsonValue, TerraformJson } from "./terraform-json";
export { Topology } from "./topology";
