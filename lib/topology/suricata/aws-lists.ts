/** A list of domains, as a rule group of AWS has it instead of rules. */
export interface DomainList {
  /** `ALLOWLIST`; false for `DENYLIST` and `REJECTLIST`. */
  readonly allows: boolean;
  /** `TLS_SNI`, `HTTP_HOST`. */
  readonly types: readonly string[];
  /** `example.com` for the name, `.example.com` for it and every name below. */
  readonly targets: readonly string[];
  /** The order of the policy; only in `action` order does AWS drop what an allow list does not name. */
  readonly order: "strict" | "action";
}

/** One rule in fields, as a rule group of AWS has it instead of a line. */
export interface StatefulRule {
  /** `PASS`, `DROP`, `REJECT`, `ALERT`. */
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: string;
  readonly destination: string;
  readonly destinationPort: string;
  /** `FORWARD`, or `ANY` for both ways. */
  readonly direction: string;
  readonly options: readonly { readonly keyword: string; readonly settings: readonly string[] }[];
}

const SENT = "flow:to_server,established";

/**
 * The rules that AWS makes of a list of domains, from `HOME_NET` to `EXTERNAL_NET` on every port: one for each name, and
 * behind an allow list in action order a drop of all other TLS or HTTP. Nothing but TLS and HTTP is ever decided.
 * Undefined for a target that is no domain.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
 */
export function fromDomainList({ allows, types, targets, order }: DomainList): string | undefined {
  const protocols = types.map((type) => PROTOCOLS.get(type));
  const isKnown = targets.every((target) => /^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(target));
  if (!isKnown || protocols.includes(undefined) || types.length === 0) return undefined;
  const closes = allows && order === "action";
  const options = protocols.flatMap((protocol) => {
    if (protocol === undefined) return [];
    const { name, buffer, others } = protocol;
    const rules = targets.map((target) => {
      const match = target.startsWith(".")
        ? `dotprefix; content:"${target.toLowerCase()}"; endswith`
        : `content:"${target.toLowerCase()}"; startswith; endswith`;
      const noCase = name === "tls" ? "; nocase" : "";
      return `${allows ? "pass" : "drop"} ${name} ${WAY} (msg:"domain list ${target}"; ${SENT}; ${buffer}; ${match}${noCase};`;
    });
    return closes ? [...rules, `drop ${name} ${WAY} (msg:"not in the domain list"; ${SENT};${others}`] : rules;
  });
  return options.map((rule, index) => `${rule} sid:${index + 1}; rev:1;)\n`).join("");
}

const WAY = "$HOME_NET any -> $EXTERNAL_NET any";
const PROTOCOLS = new Map([
  ["TLS_SNI", { name: "tls", buffer: "tls.sni", others: "" }],
  ["HTTP_HOST", { name: "http", buffer: "http.host", others: ' http.header_names; content:"|0d 0a|"; startswith;' }],
]);

/**
 * The same rules as lines of text.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRule.html
 */
export function fromStatefulRules(rules: readonly StatefulRule[]): string {
  return rules
    .map((rule) => {
      const arrow = rule.direction.toUpperCase() === "ANY" ? "<>" : "->";
      const ends = [rule.source, rule.sourcePort, arrow, rule.destination, rule.destinationPort].map(word);
      const options = rule.options.map(({ keyword, settings }) =>
        settings.length === 0 ? `${keyword};` : `${keyword}:${settings.join(",")};`,
      );
      return `${rule.action.toLowerCase()} ${rule.protocol.toLowerCase()} ${ends.join(" ")} (${options.join(" ")})\n`;
    })
    .join("");
}

const word = (text: string): string => (/^any$/i.test(text) ? "any" : text);
