/** What a `pass` rule of a firewall lets through, read back from its text. */
export interface PassRule {
  /** `AGENT_TRIAGE` of `$AGENT_TRIAGE`, `any`, or an address. */
  readonly source: string;
  /** Addresses, `any`, or a variable with its `$`. */
  readonly target: string;
  readonly port: string;
  /** `tcp` or `udp`, the transport below the rule's protocol; `ip` for any. */
  readonly transport: string;
  /** Names that the rule asks for; undefined if it asks for none that this reader can bound. */
  readonly hosts: string[] | undefined;
  readonly sid: string;
}

const HEADER = /^pass (\S+) (\S+) (\S+) -> (\S+) (\S+) \((.*)\)$/i;

/** Reads the pass rules of a rules text. A rule that is not understood counts as one that passes any name. */
export function readPassRules(rules: string): PassRule[] {
  return rules.split("\n").flatMap((line) => {
    const rule = line.trim();
    if (!/^pass\s/i.test(rule)) return [];
    const [, protocol = "ip", source = "any", , target = "any", port = "any", options = ""] = HEADER.exec(rule) ?? [];
    return [
      {
        source: source.replace(/^\$/, ""),
        target,
        port,
        transport:
          protocol === "udp" ? "udp" : protocol === "tcp" || protocol === "tls" || protocol === "http" ? "tcp" : "ip",
        hosts: hostsOf(options),
        sid: /\bsid:\s*(\d+)/.exec(options)?.[1] ?? "",
      },
    ];
  });
}

// Options in order: a sticky buffer names what the contents after it look at.
function hostsOf(options: string): string[] | undefined {
  const parts = options.match(/[a-z0-9_.]+(?::!?(?:"[^"]*"|[^";]*))?/gi) ?? [];
  const buffer = parts.findIndex((part) => part === "tls.sni" || part === "http.host");
  if (buffer < 0) return undefined;
  const after = parts.slice(buffer + 1);
  const contents = after.filter((part) => part.startsWith("content:"));
  const [content] = contents;
  const value = content === undefined ? undefined : /^content:"([^"]+)"$/.exec(content)?.[1]?.toLowerCase();
  if (value === undefined || contents.length !== 1 || !after.includes("endswith")) return undefined;
  if (after.includes("dotprefix")) return value.startsWith(".") ? [value.slice(1), `*${value}`] : undefined;
  if (value.startsWith(".")) return [`*${value}`];
  return after.includes("startswith") ? [value] : undefined;
}
