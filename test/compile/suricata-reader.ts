/** One emitted rule, read without any code of the compiler. */
export interface ReadRule {
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly port: string;
  /** Keyword and value, in order; the value is absent for a bare keyword. */
  readonly options: readonly (readonly [string, string | undefined])[];
}

const HEADER = /^(pass|drop|alert) (tls|http|tcp|udp|icmp|ip) (\S+) any -> (\S+) (\S+) \((.*)\)$/;
const OPTION = /^([a-z0-9_.-]+)(?::((?:!?"[^";\\\n]*")|[^;"\s]+(?: ?[^;"\s]+)*))?;(?: |$)/i;

/** Reads one line strictly: whatever is not exactly header, options and balanced quotes is an error. */
export function readRule(line: string): ReadRule {
  const [, action = "", protocol = "", source = "", destination = "", port = "", body] = HEADER.exec(line) ?? [];
  if (body === undefined) throw new Error(`not a rule: ${line}`);
  const options: [string, string | undefined][] = [];
  for (let rest = body; rest !== ""; ) {
    const found = OPTION.exec(rest);
    if (found === null) throw new Error(`not an option: ${rest} in ${line}`);
    options.push([found[1] ?? "", found[2]]);
    rest = rest.slice(found[0].length);
  }
  return { action, protocol, source, destination, port, options };
}

export function optionOf(rule: ReadRule, name: string): string | undefined {
  return rule.options.find(([keyword]) => keyword === name)?.[1];
}

/** What an agent does on the network, as far as names, addresses and ports go. */
export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly speaks: "tls" | "http" | "tcp" | "udp";
  /** Server name or Host, in the bytes of the client. */
  readonly name?: string;
}

/** Whether a list of rules passes an attempt: the first rule that decides wins. */
export function passes(
  rules: readonly ReadRule[],
  sets: ReadonlyMap<string, readonly string[]>,
  attempt: Attempt,
): boolean {
  return rules.find((rule) => isDecided(rule, sets, attempt))?.action === "pass";
}

function isDecided(rule: ReadRule, sets: ReadonlyMap<string, readonly string[]>, attempt: Attempt): boolean {
  const carries = (attempt.speaks === "udp") === (rule.protocol === "udp") && !["icmp", "ip"].includes(rule.protocol);
  const isPart = rule.protocol === attempt.speaks || (rule.protocol === "tcp" && attempt.speaks !== "udp");
  return (
    rule.action !== "alert" &&
    carries &&
    isPart &&
    isAddress(rule.source, sets, attempt.from) &&
    isAddress(rule.destination, sets, attempt.to) &&
    isPort(rule.port, attempt.port) &&
    !looksAtShape(rule) &&
    isName(rule, attempt)
  );
}

// Rules about the shape of a stream decide nothing about a well-formed connection.
function looksAtShape(rule: ReadRule): boolean {
  const buffered = rule.options.some(([keyword]) => ["tls.sni", "http.host"].includes(keyword));
  const known = ["msg", "flow", "alert", "sid", "rev"];
  const toServer = [undefined, "to_server"].includes(optionOf(rule, "flow"));
  return !buffered && (!toServer || rule.options.some(([keyword]) => !known.includes(keyword)));
}

function isName(rule: ReadRule, attempt: Attempt): boolean {
  const keywords = rule.options.map(([keyword]) => keyword);
  const buffer = keywords.find((keyword) => keyword === "tls.sni" || keyword === "http.host");
  if (buffer === undefined) return true;
  if (attempt.name === undefined || (buffer === "tls.sni") !== (attempt.speaks === "tls")) return false;
  const content = optionOf(rule, "content");
  if (content === undefined || content.startsWith("!")) return true;
  const wanted = content.slice(1, -1);
  // The engine lowers hosts of HTTP by itself.
  const lowers = buffer === "http.host" || keywords.includes("nocase");
  const seen = lowers ? attempt.name.toLowerCase() : attempt.name;
  const [start, end] = [keywords.includes("startswith"), keywords.includes("endswith")];
  if (start && end) return seen === wanted;
  if (start) return seen.startsWith(wanted);
  return end ? seen.endsWith(wanted) : seen.includes(wanted);
}

function isAddress(text: string, sets: ReadonlyMap<string, readonly string[]>, address: string): boolean {
  if (text === "any") return true;
  if (text === "$EXTERNAL_NET") return !isAddress("$HOME_NET", sets, address);
  const blocks = text.startsWith("$") ? sets.get(text.slice(1)) : [text];
  if (blocks === undefined) throw new Error(`${text} is not defined`);
  return blocks.some((block) => {
    const [base = "", bits = ""] = block.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(numberOf(base) / size) === Math.floor(numberOf(address) / size);
  });
}

const numberOf = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function isPort(text: string, port: number): boolean {
  if (text === "any") return true;
  const listed = text
    .replace(/^!/, "")
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map(Number);
  return listed.includes(port) !== text.startsWith("!");
}
