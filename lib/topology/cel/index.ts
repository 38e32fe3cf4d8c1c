export { parseCel } from "./parse";
export { CelSyntaxError, type Expression, type Operator } from "./syntax";
