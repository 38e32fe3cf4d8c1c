import { CordonError, quoted } from "../errors/cordon-error";

const MAX_LENGTH = 500;
// Format characters hide or reorder text; the two joiners are letters' own in some scripts.
const CONTROL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Text for people, such as a reason. It reaches Terraform unescaped, so template markers are refused, and logs, so control
 * characters are, and those that hide or reorder text.
 */
export function plainText(value: unknown, at: string, what: string): string {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-021", at, `${what} ${problem}`, fix);
  };
  if (typeof value !== "string") return refuse(`is ${quoted(value)}, not text`, "write a sentence");
  if (value.trim() === "") return refuse("is empty", "write a sentence");
  if (/[$%]\{/.test(value))
    return refuse(`${quoted(value)} holds a template marker`, "remove ${ and %{; Terraform would evaluate them");
  if (CONTROL.test(value))
    return refuse(`${quoted(value)} holds a control character`, "write it on one line, in plain characters");
  if (value.trim() !== value) return refuse(`${quoted(value)} begins or ends with a blank`, "remove it");
  if (value.length > MAX_LENGTH) return refuse(`has ${value.length} characters`, `keep it within ${MAX_LENGTH}`);
  return value;
}

/** The name of a policy, cell or agent: it becomes part of resource names on every cloud. */
export function identifier(value: unknown, at: string, what: string): string {
  if (typeof value !== "string" || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value) || value.length > 24) {
    throw new CordonError(
      "CORDON-022",
      at,
      `${what} ${quoted(value)} is not an identifier`,
      "use up to 24 lower case letters, digits and single dashes, a letter first",
    );
  }
  return value;
}
