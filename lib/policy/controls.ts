import { CordonError, quoted } from "../errors/cordon-error";
import { identifier, plainText } from "../names/plain-text";
import type { BoundingPromptJson, ControlsJson } from "./connector-json";
import { Dlp, type DlpOptions } from "./dlp";
import { Approval, Budget, RateLimit } from "./limits";
import type { Operation } from "./operation";
import { fieldPath, Redaction } from "./redaction";

/** What happens to an operation besides being let through. */
export interface Controls {
  /** Fields that change on their way. */
  readonly redact?: readonly Redaction[];
  /**
   * Fields of the request's body, by path, where tokens that a redaction made become their values again. A token that stands
   * elsewhere, in a comment that others read, stays a token. @default none
   */
  readonly restore?: readonly string[];
  /** Secrets and personal data. @default secrets in requests are blocked, secrets in responses redacted */
  readonly dlp?: Dlp | DlpOptions;
  /** @default no limit */
  readonly rate?: RateLimit;
  /** @default no budget */
  readonly budgets?: readonly Budget[];
  /** @default nobody has to agree */
  readonly approval?: Approval;
  /** A text that the gateway puts before everything that a model reads. Models only. */
  readonly prompt?: BoundingPromptJson;
  /** JSON Schema (2020-12) of the JSON body, or of a tool's arguments; what does not fit is refused. */
  readonly schema?: { readonly [keyword: string]: unknown };
  /**
   * A Cedar expression over `context`: `method`, `path`, `parameters`, `query`, `size`, and `body` or `arguments`. Where it
   * does not hold, or fails, the request is refused.
   * @see https://docs.cedarpolicy.com/policies/syntax-policy.html
   */
  readonly when?: string;
}

const MEMBERS = ["redact", "restore", "dlp", "rate", "budgets", "approval", "prompt", "schema", "when"];
const MAX_PROMPT = 10_000;
const MAX_CONDITION = 2_000;
const MAX_SCHEMA = 20_000;

/** Checks the controls of an operation and writes them canonically. @throws CORDON-038 */
export function controlsToJson(controls: Controls | ControlsJson, operation: Operation, at: string): ControlsJson {
  if (typeof controls !== "object" || controls === null) {
    throw new CordonError("CORDON-038", at, `its controls are ${quoted(controls)}`, "leave them out, or name some");
  }
  const unknown = Object.keys(controls).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) {
    throw new CordonError("CORDON-038", at, `${quoted(unknown)} is no control`, `use ${MEMBERS.join(", ")}`);
  }
  const { redact, restore, dlp, rate, budgets, approval, prompt, schema, when } = written(controls);
  if (prompt !== undefined && operation.kind !== "model") {
    throw new CordonError("CORDON-038", at, "prompts are for models", "use Connector.model, or leave prompt out");
  }
  if (budgets?.some(({ of }) => of === "tokens") && operation.kind !== "model") {
    throw new CordonError("CORDON-038", at, "tokens are counted of models", "use requests, bytes-out or rows");
  }
  const redactions = redact?.map((one, index) => Redaction.parse(one, `${at}, redact ${index}`).toJSON());
  const fields = redactions?.map(({ path, in: where }) => `${path} ${where}`) ?? [];
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice !== undefined) {
    throw new CordonError("CORDON-038", at, `${quoted(twice.split(" ")[0])} is redacted twice`, "keep one of the two");
  }
  return {
    ...(redactions === undefined || redactions.length === 0 ? {} : { redact: redactions }),
    ...(restore === undefined || restore.length === 0
      ? {}
      : { restore: [...new Set(restore.map((path, index) => fieldPath(path, `${at}, restore ${index}`)))].sort() }),
    ...(dlp === undefined ? {} : { dlp: Dlp.parse(dlp, `${at}, dlp`).toJSON() }),
    ...(rate === undefined ? {} : { rate: RateLimit.parse(rate, `${at}, rate`).toJSON() }),
    ...(budgets === undefined || budgets.length === 0
      ? {}
      : { budgets: budgets.map((one, index) => Budget.parse(one, `${at}, budget ${index}`).toJSON()) }),
    ...(approval === undefined ? {} : { approval: Approval.parse(approval, `${at}, approval`).toJSON() }),
    ...(prompt === undefined ? {} : { prompt: promptOf(prompt, at) }),
    ...(schema === undefined ? {} : { schema: schemaOf(schema, at) }),
    ...(when === undefined ? {} : { when: conditionOf(when, at) }),
  };
}

// Values of the builders say their JSON form; documents are that form.
const written = (controls: Controls | ControlsJson): ControlsJson =>
  JSON.parse(JSON.stringify(controls)) as ControlsJson;

function promptOf({ id, text }: BoundingPromptJson, at: string): BoundingPromptJson {
  identifier(id, at, "the prompt's id");
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_PROMPT || /[$%]\{/.test(text)) {
    throw new CordonError(
      "CORDON-038",
      at,
      `the text of prompt '${id}' is no text of 1 to ${MAX_PROMPT} characters without \${ and %{`,
      "write what bounds the model",
    );
  }
  return { id, text };
}

function schemaOf(schema: { readonly [keyword: string]: unknown }, at: string): { [keyword: string]: unknown } {
  const text = JSON.stringify(schema);
  if (text.length > MAX_SCHEMA) {
    throw new CordonError("CORDON-038", at, `the schema has ${text.length} characters`, `keep it within ${MAX_SCHEMA}`);
  }
  // A pattern of a schema would run over what the agent sends, and a reference would be fetched.
  const refused = /"(\$ref|\$dynamicRef|pattern|patternProperties)":/.exec(text)?.[1];
  if (refused !== undefined) {
    throw new CordonError("CORDON-038", at, `the schema uses ${refused}`, "use enum, const, format, length and bounds");
  }
  return schema as { [keyword: string]: unknown };
}

function conditionOf(when: string, at: string): string {
  if (typeof when !== "string" || when.trim() === "" || when.length > MAX_CONDITION || /[$%]\{|[;@]/.test(when)) {
    throw new CordonError(
      "CORDON-038",
      at,
      `the condition ${quoted(when)} is no expression of Cedar`,
      'write one over context, such as context.parameters.id like "A-*"',
    );
  }
  plainText(when.replace(/\s+/g, " ").trim().slice(0, 500), at, "the condition");
  return when.trim();
}
