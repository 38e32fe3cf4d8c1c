import { App } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import type { Conditions, StreamContent } from "./conditions";

/**
 * Ways in which flows of one application begin. A rule that looks for some of them alone refuses a flow surely only where
 * every way is refused by some rule.
 */
export enum Opening {
  /** HTTP with headers and lines that end with CR and LF; other data begins as neither TLS nor HTTP does. */
  PLAIN = "plain",
  /** HTTP with lines that end with LF alone; other data begins as TLS or HTTP does and goes on otherwise. */
  DISGUISED = "disguised",
  /** HTTP without any header line; its host, if it has one, stands in the request line. */
  BARE = "bare",
  /** HTTP/0.9: a request line without a version, and no host. */
  OLD = "old",
}

export const OPENINGS = [Opening.PLAIN, Opening.DISGUISED, Opening.BARE, Opening.OLD];

/** Applications whose flows begin in these ways; TLS begins in one way, which counts as plain. */
export const OPENS: Readonly<Record<Opening, readonly App[]>> = {
  [Opening.PLAIN]: [App.TLS, App.HTTP, App.OTHER],
  [Opening.DISGUISED]: [App.HTTP, App.OTHER],
  [Opening.BARE]: [App.HTTP],
  [Opening.OLD]: [App.HTTP],
};

/** What a rule surely matches of the flows that begin in some ways. */
export interface Sure {
  readonly openings: readonly Opening[];
  readonly apps: readonly App[];
  readonly names: NameSet;
}

/** A stream of so many bytes at most has been decided. */
const MOST_BYTES = 65_536;
const MOST_AHEAD = 16;

/** What a rule about the first bytes of streams, or about HTTP's other parts, surely matches. */
export function sureOpenings(conditions: Conditions, isPass: boolean): Sure[] {
  if (conditions.direction === "to_client" || conditions.opaque.length > 0 || conditions.names !== undefined) return [];
  // A pass that comes after some bytes is none for those.
  return [...ofHttp(conditions), ...(isPass ? [] : ofBound(conditions)), ...ofStream(conditions)];
}

/** How many bytes a rule lets out before it matches; undefined where that is not what it says. */
export function boundOf({ moreThan, kind, opaque, direction }: Conditions): number | undefined {
  const isBound = moreThan !== undefined && moreThan <= MOST_BYTES && kind === "packet";
  return isBound && opaque.length === 0 && direction !== "to_client" ? moreThan : undefined;
}

function ofHttp(conditions: Conditions): Sure[] {
  const [only, ...more] = conditions.http;
  if (only === undefined || more.length > 0 || !isOfAppAlone(conditions)) return [];
  const sure = (openings: Opening[], names: NameSet): Sure[] => [{ openings, apps: [App.HTTP], names }];
  switch (only.replace(/\s/g, "").toLowerCase()) {
    case 'http.header_names!"|0d0a|host|0d0a|"':
      return sure([Opening.PLAIN, Opening.DISGUISED], NameSet.NAMELESS);
    case 'http.header_names"|0d0a|"':
      return sure([Opening.PLAIN, Opening.DISGUISED], NameSet.ALL);
    case 'http.request_line!"http/1."':
      return sure([Opening.OLD], NameSet.NAMELESS);
    default:
      return [];
  }
}

/** Whether nothing but the application is looked at. */
export function isOfAppAlone(conditions: Conditions): boolean {
  const { contents, goesOn, hasData, isEmpty, isSyn, moreThan, lessThan, onlyStream } = conditions;
  const isOfPacket = hasData || isEmpty || isSyn || onlyStream || moreThan !== undefined || lessThan !== undefined;
  return contents.length === 0 && goesOn === undefined && !isOfPacket;
}

function ofBound(conditions: Conditions): Sure[] {
  const { lessThan, hasData, isEmpty, isSyn, onlyStream } = conditions;
  if (boundOf(conditions) === undefined || hasData || isEmpty || isSyn || onlyStream || lessThan !== undefined)
    return [];
  return [{ openings: [Opening.DISGUISED], apps: [App.OTHER], names: NameSet.ALL }];
}

function ofStream({ kind, contents, lessThan, moreThan, goesOn, hasData, isEmpty, isSyn }: Conditions): Sure[] {
  const isPlain = moreThan === undefined && !hasData && !isEmpty && !isSyn && (lessThan ?? 1_000) >= 1_000;
  if (kind !== "stream" || !isPlain || contents.length === 0 || (goesOn ?? 0) > MOST_AHEAD) return [];
  const guards = contents.filter(isGuard);
  const others = contents.filter((content) => !isGuard(content));
  const spares = (app: App): boolean => guards.some(({ bytes }) => canBegin(app, bytes));
  if (others.length === 0) {
    const apps = [App.TLS, App.HTTP].filter((app) => !spares(app));
    const all = { openings: OPENINGS, apps, names: NameSet.ALL };
    return [all, { openings: [Opening.PLAIN], apps: [App.OTHER], names: NameSet.ALL }];
  }
  const [only, ...more] = others;
  const isAnywhere = only?.depth === undefined && only?.offset === undefined && only?.atStart === false;
  if (
    only === undefined ||
    more.length > 0 ||
    only.negated ||
    !isAnywhere ||
    goesOn !== undefined ||
    spares(App.HTTP)
  ) {
    return [];
  }
  const ends = only.bytes === "\n\r\n" || only.bytes === "\r\n\r\n" ? [Opening.PLAIN, Opening.BARE] : undefined;
  const openings = ends ?? (only.bytes === "\n\n" ? [Opening.DISGUISED] : []);
  return [{ openings, apps: [App.HTTP], names: NameSet.ALL }];
}

// "The stream does not begin with these bytes."
const isGuard = ({ negated, bytes, depth, offset, atStart }: StreamContent): boolean =>
  negated && (offset ?? 0) === 0 && (atStart || depth === bytes.length);

function canBegin(app: App, bytes: string): boolean {
  return app === App.TLS ? bytes.startsWith("\x16") : /^[a-z]/i.test(bytes);
}
