export { AddressSet } from "./address-set";
export { App, type Flow, FlowSet, type Region, TCP, UDP } from "./flow-set";
export { NameSet } from "./name-set";
export { RangeSet } from "./range-set";
