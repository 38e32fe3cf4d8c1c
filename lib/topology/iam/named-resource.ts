import type { Reading } from "../model/doubt";
import { partsOf } from "./template";

// Stand for a symbol and for what is not known, which no ARN holds.
const SYMBOL = "\uE020";
const UNKNOWN = "\uE021";

/**
 * Whether a resource of a policy names one resource: an ARN without wildcards, one whose wildcards come after the
 * resource's own name (`arn:aws:s3:::reports/*`, `log-group:/app:*`), or the six characters that Secrets Manager adds to
 * a name. A wildcard for the region is taken, since the account and the name still say which; one for the account is not.
 */
export function namesOneResource(resource: string, reading: Reading): boolean {
  const text = partsOf(resource)
    .map(({ kind, text }) =>
      kind === "symbol" ? SYMBOL : kind === "unknown" ? (reading === "open" ? "*" : UNKNOWN) : text,
    )
    .join("");
  if (!text.startsWith("arn:")) return isBelow(text, 0);
  const [, partition = "", service = "", , account = "", ...rest] = text.split(":");
  const name = rest.join(":");
  if (/[*?]/.test(service) || /[*?]/.test(account) || name === "") return false;
  if (partition === "") return false;
  if (/^[^*?]+-\?{6}$/.test(name)) return service === "secretsmanager";
  // Buckets have neither an account nor a type before their name.
  if (service === "s3" && account === "") return isBelow(name, 0);
  return isBelow(name, 1);
}

/** Whether no wildcard comes before the end of the name that follows a number of words, such as `table/`. */
function isBelow(text: string, typeWords: number): boolean {
  const wildcard = text.search(/[*?]/);
  if (wildcard < 0) return text !== "";
  const words = text.slice(0, wildcard).split(/[:/]+/);
  // The last piece is the one the wildcard stands in.
  return words.length > typeWords + 1 && words.slice(0, typeWords + 1).every((word) => word !== "");
}
