import { isReference, shown } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import type { FirewallRule } from "./firewall-rule";
import { plain, written } from "./places";

/** One name of a rule. */
export interface RuleHost {
  /** As the rule writes it, or as a message shows what only apply knows. */
  readonly text: string;
  /** In lower case, without a dot at its end; undefined for what only apply knows. */
  readonly host: string | undefined;
  /** A name of a resource of the stack. */
  readonly isOwn: boolean;
}

const NAMES = ["destination_fqdns", "target_fqdns"];

/** The names that a rule passes, those of its URLs included. */
export function hostsOf(context: AzureContext, { values }: FirewallRule): RuleHost[] {
  return [
    ...NAMES.flatMap((name) => written(values[name])).map((value) => read(context, value, plain(value))),
    ...written(values["destination_urls"]).map((value) =>
      read(
        context,
        value,
        plain(value)
          .replace(/^[a-z]+:\/\//i, "")
          .split(/[/?#]/)[0] ?? "",
      ),
    ),
  ];
}

// A URL of a known host may end in a path that only apply knows.
function read(context: AzureContext, value: unknown, text: string): RuleHost {
  if (!isReference(text))
    return { text: plain(value), host: text.trim().toLowerCase().replace(/\.$/, ""), isOwn: false };
  const address = context.reference(value)?.address;
  return { text: shown(value), host: undefined, isOwn: address !== undefined && !address.startsWith("data.") };
}
