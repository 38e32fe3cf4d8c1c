export {
  type AcceptedFlows,
  acceptedFlows,
  type FirewallInput,
  type RuleGroupText,
  type RuleNote,
} from "./accepted";
export { type DomainList, fromDomainList, fromStatefulRules, type StatefulRule } from "./aws-lists";
export { parseRules, type Rule, RuleAction, type RuleBody } from "./rule";
