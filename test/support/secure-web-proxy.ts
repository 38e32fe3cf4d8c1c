import ipaddr from "ipaddr.js";
import type { ProxyRule, UrlList } from "../../lib/compile/gcp/proxy-rules";

/** What is used of the CEL implementation, which is published as modules alone. */
interface Environment {
  registerType(name: string, type: object): Environment;
  registerVariable(name: string, type: string): Environment;
  registerFunction(signature: string, handler: (...values: never[]) => unknown): Environment;
  evaluate(expression: string, context: object): unknown;
}
const { Environment: CelEnvironment } = require("@marcbachmann/cel-js") as { Environment: new () => Environment };

/** One thing that a client asks the proxy for, and who asks. */
export interface ProxyRequest {
  readonly serviceAccount?: string;
  readonly address?: string;
  readonly tags?: readonly string[];
  /** Target of the CONNECT, or host of the request. */
  readonly host: string;
  readonly port: number;
  /**
   * What is asked inside, with its host header; the header is what clients send by default. Undefined for a connection that
   * carries no HTTP.
   */
  readonly request?: { readonly method: string; readonly path: string; readonly host?: string };
  /** The request is inside of TLS. */
  readonly isTls: boolean;
}

export interface ProxyVerdict {
  readonly passes: boolean;
  /** The rule that decided; `default` where none did. */
  readonly rule: string;
}

class Source {
  public constructor(
    public readonly ip: string,
    public readonly account: string,
    public readonly tags: readonly string[],
  ) {}
}

class Destination {
  public constructor(public readonly port: bigint) {}
}

class HttpRequest {
  public constructor(
    public readonly method: string,
    public readonly host: string,
    public readonly path: string,
  ) {}
}

/**
 * The documented decision of Secure Web Proxy, with a CEL implementation that is not ours. Rules are asked by priority, and
 * the first whose session and application matcher hold decides; where none does, the answer is no.
 *
 * A rule without an application matcher passes a connection as it is. From the first rule with one whose session matches,
 * the connection is read: it fails if it carries no HTTP, and what is inside of TLS is judged by rules with TLS inspection
 * alone, also if they have no application matcher. Names are compared without regard to case, which is not documented.
 *
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/tls-rule-evaluation
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/url-list-syntax-reference
 */
export function askProxy(rules: readonly ProxyRule[], lists: readonly UrlList[], asked: ProxyRequest): ProxyVerdict {
  const host = asked.host.toLowerCase();
  const engine = environment(host, new Map(lists.map((list) => [list.name, list.values])));
  const attributes = attributesOf(asked, host);
  let isRead = false;
  for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
    if (engine.evaluate(rule.session, attributes) !== true) continue;
    isRead ||= rule.application !== undefined;
    if (isRead && asked.request === undefined) return { passes: false, rule: `${rule.name}, which reads no HTTP` };
    if (isRead && asked.isTls && !rule.tlsInspectionEnabled) continue;
    if (rule.application !== undefined && engine.evaluate(rule.application, attributes) !== true) continue;
    return { passes: rule.basicProfile === "ALLOW", rule: rule.name };
  }
  return { passes: false, rule: "default" };
}

/** What a matcher may hold, for counting: a rule with more is refused by Google. */
export const operatorsOf = (matcher: string): number =>
  (matcher.replaceAll(/'[^']*'/g, "''").match(/&&|\|\||!(?!=)/g) ?? []).length;

function attributesOf({ address, serviceAccount, tags, port, request, isTls }: ProxyRequest, host: string): object {
  const usual = port === (isTls ? 443 : 80) ? host : `${host}:${port}`;
  return {
    source: new Source(address ?? "10.0.0.1", serviceAccount ?? "", tags ?? []),
    destination: new Destination(BigInt(port)),
    request: new HttpRequest(request?.method ?? "", (request?.host ?? usual).toLowerCase(), request?.path ?? ""),
  };
}

function environment(host: string, lists: ReadonlyMap<string, readonly string[]>): Environment {
  return (
    new CelEnvironment()
      .registerType("Source", { ctor: Source, fields: { ip: "string" } })
      .registerType("Destination", { ctor: Destination, fields: { port: "int" } })
      .registerType("HttpRequest", { ctor: HttpRequest, fields: { method: "string", host: "string", path: "string" } })
      .registerVariable("source", "Source")
      .registerVariable("destination", "Destination")
      .registerVariable("request", "HttpRequest")
      .registerFunction("host(): string", () => host)
      .registerFunction(
        "Source.matchServiceAccount(string): bool",
        (source: Source, email: string) => source.account === email,
      )
      .registerFunction("Source.matchTag(string): bool", (source: Source, tag: string) => source.tags.includes(tag))
      .registerFunction("inIpRange(string, string): bool", (address: string, block: string) =>
        ipaddr.parse(address).match(ipaddr.parseCIDR(block)),
      )
      // The name that is dialled, not the host header.
      .registerFunction("HttpRequest.url(): string", (request: HttpRequest) => `${host}${request.path}`)
      .registerFunction("inUrlList(string, string): bool", (url: string, list: string) =>
        (lists.get(list) ?? []).some((entry) => isInEntry(entry, url)),
      )
  );
}

/** `example.com` is that host with all paths; `*.example.com` hosts below it; `*example.com` both. */
function isInEntry(entry: string, url: string): boolean {
  const [host = ""] = url.split("/");
  if (entry.startsWith("*.")) return host.endsWith(entry.slice(1)) && host.length > entry.length - 1;
  if (entry.startsWith("*")) return host === entry.slice(1) || host.endsWith(`.${entry.slice(1)}`);
  return host === entry;
}
