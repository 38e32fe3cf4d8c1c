import type { EgressRuleJson } from "../../../lib/policy/policy-json";

/** What the firewall of a cell would say about a connection by name. */
export function egressRuleFor(
  rules: readonly EgressRuleJson[],
  protocol: "https" | "http",
  host: string,
  port: number,
): EgressRuleJson | undefined {
  const name = host.toLowerCase().replace(/\.$/, "");
  return rules.find((rule) => {
    const speaks = protocol === "https" ? ["https", "tls"] : ["http"];
    const usual = rule.protocol === "http" ? 80 : 443;
    return speaks.includes(rule.protocol) && (rule.port ?? usual) === port && covers(rule.host, name);
  });
}

function covers(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return false;
  return pattern.startsWith("*.")
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : pattern === name;
}
