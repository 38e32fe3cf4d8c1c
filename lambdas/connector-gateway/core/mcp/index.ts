export { listFilter } from "./list-filter";
export { idOf, isObject, type McpMessage, malformed, readMessage, substanceOf } from "./message";
export { type MethodUse, notPermitted, permitted, useOf } from "./methods";
export { checkHeaders, checkParameterHeaders, mcpHeaders } from "./mirrored-headers";
export { Pins } from "./pins";
export { filterResponse, type ResultFilter } from "./response";
export { rpcAnswer, streamAnswer } from "./rpc-answer";
export { checkArguments } from "./tool-schema";
