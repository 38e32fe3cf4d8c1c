import { quoted } from "../../errors/cordon-error";
import type { LintFinding } from "../aws-lint/terraform-resource";
import { finding, isReference, items } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-227. An entry is a host, `*.host` or a host with a path, in the form in which requests carry it. One that only
 * apply knows decides what leaves, and is refused.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/url-list-syntax-reference
 */
export function urlLists(context: GcpContext): LintFinding[] {
  return context.ofType("google_network_security_url_lists").flatMap((list) => {
    const entries = items(list.values["values"]);
    if (entries.length === 0) {
      return [
        finding("CORDON-227", list, "Google refuses a list without an entry", "remove the list and what refers to it"),
      ];
    }
    return entries.flatMap((entry) => {
      const problem = problemOf(entry);
      return problem === undefined
        ? []
        : [
            finding(
              "CORDON-227",
              list,
              `entry ${quoted(entry)} ${problem}`,
              "write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*",
            ),
          ];
    });
  });
}

function problemOf(entry: unknown): string | undefined {
  if (typeof entry !== "string") return "is not text";
  if (isReference(entry)) return "is known at apply only, so nothing shows what it passes";
  if (entry.includes("://")) return "has a scheme, and Google refuses it";
  const [host = "", ...path] = entry.split("/");
  const name = host.replace(/^\*\.?/, "");
  if (/[^\x21-\x7e]/.test(entry)) return "holds a blank or a letter outside of ASCII, which no request carries";
  if (/[A-Z]/.test(host)) return "has upper case in its host, which no request carries";
  if (host.includes(":")) return "has a port, and lists know none";
  if (!name.includes("."))
    return host.startsWith("*")
      ? "passes every name of a top-level domain, or of all"
      : "has no dot, and Google refuses it";
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name))
    return "is not a host name, or has its wildcard elsewhere than in front";
  if (/[?#]/.test(entry)) return "has a query, and lists compare paths";
  return path.length > 0 && path.join("/").slice(0, -1).includes("*")
    ? "has a wildcard in the middle of its path"
    : undefined;
}
