import Ajv, { type Options, type ValidateFunction } from "ajv";
import Ajv2020 from "ajv/dist/2020";
import { RE2JS } from "re2js";
import { GatewayProblem } from "../problem";
import { isObject } from "./message";

const DEEPEST = 32;
const MOST_VALUES = 3_000;
const MOST_KEPT = 200;
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

// Written by the server: its patterns run in linear time, and nothing in it is fetched.
const OPTIONS: Options = {
  strict: false,
  validateFormats: false,
  addUsedSchema: false,
  validateSchema: false,
  logger: false,
  code: { regExp: Object.assign((pattern: string) => linear(pattern), { code: "" }) },
};

const draft7 = new Ajv({ strict: false, logger: false });
const draft2020 = new Ajv2020({ strict: false, logger: false });
const compiled = new Map<string, ValidateFunction | undefined>();

/** Whether arguments can be judged by a schema of a server. */
export const isUsable = (digest: string, schema: unknown): boolean => validatorOf(digest, schema) !== undefined;

/** Refuses arguments that do not fit the schema by which a tool was first listed, and says where. @throws schema_mismatch */
export function checkArguments(digest: string, schema: unknown, given: unknown): void {
  const validate = validatorOf(digest, schema);
  if (validate === undefined) throw mismatched("The tool's schema can't be read.", []);
  if (validate(given) === true) return;
  const places = (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath || "/"} (${keyword})`);
  throw mismatched("The arguments do not fit the tool's schema.", [...new Set(places)].slice(0, 10));
}

function validatorOf(digest: string, schema: unknown): ValidateFunction | undefined {
  if (compiled.has(digest)) return compiled.get(digest);
  if (compiled.size >= MOST_KEPT) compiled.clear();
  const validate = compile(schema);
  compiled.set(digest, validate);
  return validate;
}

function compile(schema: unknown): ValidateFunction | undefined {
  if (!isObject(schema) || sizeOf(schema, 0) > MOST_VALUES) return undefined;
  const { $schema: dialect, ...rest } = schema;
  const isDraft7 = typeof dialect === "string" && DRAFT_7.test(dialect);
  const isKnown = dialect === undefined || isDraft7 || (typeof dialect === "string" && DRAFT_2020.test(dialect));
  if (!isKnown) return undefined;
  try {
    if ((isDraft7 ? draft7 : draft2020).validateSchema(rest) !== true) return undefined;
    const validate = (isDraft7 ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS)).compile(rest);
    // A promise would be taken for a yes.
    return "$async" in validate ? undefined : validate;
  } catch {
    return undefined;
  }
}

function sizeOf(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 1;
  if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
  return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member, depth + 1), 1);
}

function linear(pattern: string): { test: (text: string) => boolean } {
  const compiledPattern = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiledPattern.test(text) };
}

const mismatched = (detail: string, places: readonly string[]): GatewayProblem =>
  new GatewayProblem("schema_mismatch", detail, { extra: { places } });
