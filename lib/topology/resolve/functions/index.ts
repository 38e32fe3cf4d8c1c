import { isKnown } from "../inspect";
import type { Value } from "../symbolic";
import { COLLECTION_FUNCTIONS } from "./collections";
import { ENCODING_FUNCTIONS } from "./encoding";
import { NETWORK_FUNCTIONS } from "./network";
import { NUMBER_FUNCTIONS } from "./numbers";
import type { FunctionTable } from "./table";
import { JOINING_FUNCTIONS, TEXT_FUNCTIONS } from "./text";

/** Need all of their arguments known. */
const OF_KNOWN: FunctionTable = new Map([...TEXT_FUNCTIONS, ...NETWORK_FUNCTIONS, ...NUMBER_FUNCTIONS]);

/** Look for themselves at what is known of their arguments. */
const OF_ANY: FunctionTable = new Map([...COLLECTION_FUNCTIONS, ...JOINING_FUNCTIONS, ...ENCODING_FUNCTIONS]);

/**
 * Calls one of Terraform's pure functions (https://developer.hashicorp.com/terraform/language/functions).
 * `undefined` when the function is not evaluated here or when the result depends on what is not known.
 */
export function callFunction(name: string, args: readonly Value[]): Value | undefined {
  const plain = name.startsWith("core::") ? name.slice("core::".length) : name;
  const ofAny = OF_ANY.get(plain);
  if (ofAny !== undefined) return ofAny(args);
  return args.every(isKnown) ? OF_KNOWN.get(plain)?.(args) : undefined;
}
