export { isObject, type Json, malformed } from "./body";
export { insertPrompt } from "./bounding-prompt";
export { type Endpoint, readEndpoint } from "./endpoint";
export { JsonEdit } from "./json-edit";
export { providerAnswer } from "./provider-answer";
export { checkBody, modelFacts, modelOf, permittedModel } from "./request";
export { usedTokens } from "./usage";
