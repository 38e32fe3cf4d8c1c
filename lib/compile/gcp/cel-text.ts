import type { CidrBlock } from "../../names/cidr-block";
import { HostMatch, type HostPattern } from "../../names/host-pattern";
import type { EgressRequest } from "../../policy/egress-request";

/** How the proxy knows an agent. */
export type ProxySubject =
  /** E-mail of the agent's account; may be a Terraform reference. */
  | { readonly serviceAccount: string }
  /** Blocks that nobody else sends from. */
  | { readonly sources: readonly CidrBlock[] };

/** Parts of matchers have passed a check of their own; this is the last one before they stand between quotes. */
function quotedText(text: string, form: RegExp): string {
  if (!form.test(text)) throw new Error(`${JSON.stringify(text)} can't stand in an expression`);
  return `'${text}'`;
}

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const PATH = /^\/[A-Za-z0-9._~+,=:@/-]*$/;
const BLOCK = /^[0-9a-f.:]+\/\d{1,3}$/;
// An e-mail, the number of a tag, the path of a list; or one reference of Terraform's, which CDKTF writes as a marker.
const REFERENCE = /^([A-Za-z0-9@._:/-]+|\$\{[A-Za-z0-9_.[\]]+\})$/;

/** @see https://docs.cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference */
export function subjectIs(subject: ProxySubject): string {
  if ("serviceAccount" in subject)
    return `source.matchServiceAccount(${quotedText(subject.serviceAccount, REFERENCE)})`;
  const ranges = subject.sources.map((one) => `inIpRange(source.ip, ${quotedText(String(one), BLOCK)})`);
  return ranges.length === 1 ? (ranges[0] ?? "") : `(${ranges.join(" || ")})`;
}

export const tagIs = (tag: string): string => `source.matchTag(${quotedText(tag, REFERENCE)})`;

export const portIs = (port: number): string => `destination.port == ${port}`;

export const hostIn = (list: string): string => `inUrlList(host(), ${quotedText(list, REFERENCE)})`;

export const urlIn = (list: string): string => `inUrlList(request.url(), ${quotedText(list, REFERENCE)})`;

/** The host header of a request is one of a list's: the name alone, as clients send it on the usual port. */
export const requestHostIn = (list: string): string => `inUrlList(request.host, ${quotedText(list, REFERENCE)})`;

/** The name that the proxy resolves and dials is this one, or below it. */
export const hostIs = (host: HostPattern): string => nameIs("host()", host, "");

/**
 * The host header of a request is this name, or one below it. On another port than the usual one clients send it along.
 * @param port the port that the header may hold; undefined on the usual one
 */
export function requestHostIs(host: HostPattern, port: number | undefined): string {
  const alone = nameIs("request.host", host, "");
  return port === undefined ? alone : `(${nameIs("request.host", host, `:${port}`)} || ${alone})`;
}

function nameIs(of: "host()" | "request.host", { match, name }: HostPattern, port: string): string {
  const text = quotedText(name, HOST).slice(1, -1) + port;
  return match === HostMatch.EXACT ? `${of} == '${text}'` : `${of}.endsWith('.${text}')`;
}

/**
 * One of some requests. A server may take steps up in a path, `/v1/../admin`, after the proxy compared it, so that below a
 * prefix there may be none, neither plain nor encoded.
 */
export function requestIn(requests: readonly EgressRequest[]): string {
  const each = requests.map(({ method, path, isPrefix }) => {
    const text = quotedText(path, PATH);
    const isPath = isPrefix ? `request.path.startsWith(${text})` : `request.path == ${text}`;
    return method === "*" ? isPath : `(request.method == '${method}' && ${isPath})`;
  });
  const some = each.length === 1 ? (each[0] ?? "") : `(${each.join(" || ")})`;
  return requests.some(({ isPrefix }) => isPrefix) ? `${some} && !request.path.matches('${STEPS_UP}')` : some;
}

// Two dots between separators of any kind, or a dot or a percent sign that a server may decode. Without a backslash, which
// an expression would read as its own.
const STEPS_UP = "^.*([^A-Za-z0-9_~.-][.][.]([^A-Za-z0-9_~.-].*)?|%(2[eE]|25|[cC]0).*)$";

/** An entry of a URL list: a host with all of its paths, or those below one. */
export function urlEntry({ match, name }: HostPattern): string {
  quotedText(name, HOST);
  return match === HostMatch.EXACT ? name : `*.${name}`;
}
