import { App } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type AppCondition, type Conditions, RuleKind } from "./conditions";
import { isNameBuffer, NameBuffer } from "./name-buffer";
import { bothNames, type NameCondition, OPAQUE_NAME } from "./name-condition";
import { type ContentBytes, type RuleOption, readContent } from "./options";
import { type RuleProtocol, readProtocol } from "./protocols";
import type { RuleBody } from "./rule";

const NEUTRAL = new Set(
  "msg sid rev gid classtype metadata reference priority noalert alert target tag fast_pattern".split(" "),
);
const OF_PACKETS = new Set(
  (
    "ttl tos id sameip geoip ipopts window seq ack itype icode icmp_id icmp_seq tcp.mss ipv4.hdr " +
    "ipv6.hdr tcp.hdr udp.hdr icmpv4.hdr icmpv6.hdr icmpv6.mtu iprep l3_proto decode-event stream-event app-layer-event " +
    "engine-event flow.age flow.pkts_toclient flow.pkts_toserver flow.bytes_toclient flow.bytes_toserver"
  ).split(" "),
);
const OF_COUNTS = new Set(["threshold", "detection_filter"]);
const OF_BYTES = new Set(
  (
    "content pcre isdataat byte_test byte_jump byte_extract byte_math bsize depth offset distance within startswith " +
    "endswith nocase rawbytes uricontent base64_decode rpc replace asn1 dataset datarep entropy"
  ).split(" "),
);
const TRANSFORMS = new Set(
  "dotprefix to_lowercase to_uppercase strip_whitespace compress_whitespace url_decode xor pcrexform to_md5 to_sha1 to_sha256 strip_pseudo_headers header_lowercase domain tld".split(
    " ",
  ),
);
const APPS = [App.TLS, App.HTTP, App.OTHER];
const SET_ONLY = /^(set|unset|noalert)\b/;

/** What the options of a rule ask for; undefined for a protocol that this reader does not know. */
export function readConditions(body: RuleBody): Conditions | undefined {
  const protocol = readProtocol(body.protocol);
  if (protocol === undefined) return undefined;
  const reader = new ConditionReader(protocol);
  if (protocol.isOpaque) reader.opaque.push(body.protocol);
  for (const option of body.options) reader.read(option);
  reader.closeBuffer();
  return reader;
}

/** What the packets of an ordinary connection have: opening, its answer, acknowledgment, data. */
const ORDINARY_FLAGS = ["S", "SA", "A", "PA"];

// `*` for one of the flags, `+` for these and others, `!` for none of them; true where it can't be told.
function hasFlags(value: string, flags: string): boolean {
  const [, sign = "", wanted = ""] = /^([!*+]?)([FSRPAUCE]+)(?:,.*)?$/.exec(value) ?? [];
  const found = [...wanted].filter((flag) => flags.includes(flag)).length;
  if (wanted === "") return true;
  if (sign === "*") return found > 0;
  if (sign === "!") return found === 0;
  return found === wanted.length && (sign === "+" || wanted.length === flags.length);
}

/** What has been read of a rule so far. */
class ConditionReader implements Conditions {
  public readonly family: 4 | 6 | undefined;
  public readonly opaque: string[] = [];
  public readonly http: string[] = [];
  public readonly contents: (ContentBytes & { depth?: number; offset?: number; atStart: boolean })[] = [];
  public protocols: RangeSet;
  public apps: AppCondition;
  public names: NameCondition | undefined;
  public direction: Conditions["direction"];
  public state: Conditions["state"];
  public isEmpty = false;
  public hasData = false;
  public isSyn = false;
  public isOdd = false;
  public onlyStream = false;
  public moreThan: number | undefined;
  public lessThan: number | undefined;
  public goesOn: number | undefined;
  public isUnknown = false;
  public bypasses = false;
  private isApp: boolean;
  private isOfStream = false;
  private isOfPackets = false;
  private buffer: NameBuffer | string | undefined;

  public constructor({ family, protocols, apps, isApp }: RuleProtocol) {
    this.family = family;
    this.protocols = protocols;
    this.apps = apps;
    this.isApp = isApp;
  }

  public get kind(): RuleKind {
    if (this.isApp) return RuleKind.APP;
    if (this.isOfStream) return RuleKind.STREAM;
    return this.isOfPackets ? RuleKind.PACKET : RuleKind.HEADER;
  }

  public read(option: RuleOption): void {
    const { keyword } = option;
    if (NEUTRAL.has(keyword)) return;
    if (OF_BYTES.has(keyword) || TRANSFORMS.has(keyword)) this.readBytes(option);
    else if (!this.readFlow(option) && !this.readApp(option)) this.readOther(option);
  }

  private readFlow({ keyword, value = "" }: RuleOption): boolean {
    switch (keyword) {
      case "flow":
        this.isOfPackets = true;
        for (const word of value.split(",")) this.readFlowWord(word.trim().toLowerCase());
        return true;
      case "flowbits":
        if (!SET_ONLY.test(value)) this.unread(keyword);
        return true;
      case "ip_proto":
        this.readProtocolNumber(value);
        return true;
      case "flags":
        this.isOfPackets = true;
        if (/^S(,\s*(12|CE))?$/.test(value)) this.isSyn = true;
        else this.unread(keyword);
        this.isOdd ||= !ORDINARY_FLAGS.some((flags) => hasFlags(value, flags));
        return true;
      case "fragbits":
      case "fragoffset":
        this.isOfPackets = true;
        this.isOdd ||= keyword === "fragbits" ? /^\+?M$/.test(value) : /^>?\s*\d+$/.test(value) && !/^0+$/.test(value);
        this.unread(keyword);
        return true;
      case "dsize":
        this.isOfPackets = true;
        if (/^(0|<\s*1)$/.test(value)) this.isEmpty = true;
        else if (/^>\s*0$/.test(value)) this.hasData = true;
        else this.unread(keyword);
        return true;
      case "stream_size":
        this.isOfPackets = true;
        this.readStreamSize(value);
        return true;
      case "bypass":
        this.isOfPackets = true;
        this.bypasses = true;
        return true;
      default:
        return false;
    }
  }

  private readFlowWord(word: string): void {
    if (word === "to_server" || word === "from_client") this.direction = "to_server";
    else if (word === "to_client" || word === "from_server") this.direction = "to_client";
    else if (word === "established" || word === "not_established") this.state = word;
    else if (word === "only_stream") this.onlyStream = true;
    else if (word !== "stateless") this.unread(`flow:${word}`);
  }

  private readStreamSize(value: string): void {
    const [, sign = "", size = ""] = /^client,\s*(>|<|>=|<=),\s*(\d+)$/.exec(value) ?? [];
    const number = Number(size);
    if (sign === "") this.unread("stream_size");
    else if (sign.startsWith(">")) this.moreThan = Math.max(this.moreThan ?? 0, sign === ">" ? number : number - 1);
    else this.lessThan = Math.min(this.lessThan ?? Number.POSITIVE_INFINITY, sign === "<" ? number : number + 1);
  }

  private readProtocolNumber(value: string): void {
    const [, sign = "", word = ""] = /^([!<>]?)\s*([\w-]+)$/.exec(value) ?? [];
    const named = readProtocol(word.toLowerCase())?.protocols.sample();
    const number = /^\d+$/.test(word) ? Number(word) : /^(tcp|udp|icmp|sctp)$/i.test(word) ? named : undefined;
    if (number === undefined || number > 255) {
      this.opaque.push("ip_proto");
      return;
    }
    const one = RangeSet.of(number);
    if (sign === "!") this.protocols = this.protocols.subtract(one);
    else if (sign === "<") this.protocols = this.protocols.intersect(RangeSet.of(0, number - 1));
    else if (sign === ">") this.protocols = this.protocols.intersect(RangeSet.of(number + 1, 255));
    else this.protocols = this.protocols.intersect(one);
  }

  private readApp({ keyword, value }: RuleOption): boolean {
    if (keyword === "app-layer-protocol") {
      this.isApp = true;
      this.readAppProtocol(keyword, (value ?? "").toLowerCase());
      return true;
    }
    if (keyword === "ssl_state" && value === "client_hello") {
      this.isApp = true;
      this.narrow([App.TLS], [App.TLS]);
      return true;
    }
    const of = /^(tls|ssl)[._]/.test(keyword)
      ? [App.TLS]
      : /^(http[._]|urilen$)/.test(keyword)
        ? [App.HTTP]
        : undefined;
    if (of === undefined && !/^[a-z0-9]+\.[a-z0-9_.]+$|^file/.test(keyword)) return false;
    if (OF_PACKETS.has(keyword)) return false;
    this.isApp = true;
    if (of !== undefined) this.narrow(of, of);
    this.closeBuffer();
    if (isNameBuffer(keyword) && value === undefined) this.buffer = new NameBuffer(keyword);
    else if (/^http\.(header_names|request_line)$/.test(keyword) && value === undefined) this.buffer = keyword;
    else {
      this.unread(keyword);
      this.buffer = "another";
    }
    return true;
  }

  private readAppProtocol(keyword: string, value: string): void {
    const not = value.startsWith("!");
    const name = (not ? value.slice(1) : value).split(",")[0]?.trim() ?? "";
    const of = name === "tls" || name === "ssl" ? App.TLS : /^http1?$/.test(name) ? App.HTTP : App.OTHER;
    const others = [App.TLS, App.HTTP].filter((app) => app !== of);
    // What the engine takes other bytes for, and after how many, depends on them: no verdict on these is sure.
    if (name === "http2") this.narrow(not ? APPS : [App.HTTP], not ? [App.TLS] : []);
    else if (not) this.narrow([...others, App.OTHER], others);
    else this.narrow([of], of === App.OTHER ? [] : [of]);
    if (of === App.OTHER) this.unread(`${keyword}:${value}`);
  }

  private narrow(may: App[], every: App[]): void {
    this.apps = {
      may: this.apps.may.filter((app) => may.includes(app)),
      every: this.apps.every.filter((app) => every.includes(app)),
    };
  }

  private readBytes(option: RuleOption): void {
    const { keyword, value } = option;
    if (this.buffer instanceof NameBuffer) this.buffer.read(option);
    else if (this.buffer === "another") return;
    else if (TRANSFORMS.has(keyword)) this.unread(keyword);
    else if (typeof this.buffer === "string") {
      if (keyword === "content") this.http.push(this.buffer + (value ?? ""));
      else if (keyword !== "nocase" && keyword !== "startswith") this.unread(keyword);
    } else this.readStream(keyword, value);
  }

  private readStream(keyword: string, value: string | undefined): void {
    this.isOfStream = true;
    const last = this.contents.at(-1);
    const content = keyword === "content" ? readContent(value) : undefined;
    const number = /^\d+$/.test(value ?? "") ? Number(value) : undefined;
    if (content !== undefined) this.contents.push({ ...content, atStart: false });
    else if (keyword === "startswith" && last !== undefined) last.atStart = true;
    else if (keyword === "depth" && last !== undefined && number !== undefined) last.depth = number;
    else if (keyword === "offset" && last !== undefined && number !== undefined) last.offset = number;
    else if (keyword === "isdataat" && number !== undefined) this.goesOn = Math.max(this.goesOn ?? 0, number);
    else this.unread(keyword);
  }

  private readOther({ keyword, value }: RuleOption): void {
    if (keyword === "pkt_data") {
      this.closeBuffer();
      return;
    }
    if (OF_COUNTS.has(keyword) && /type\s+limit/.test(value ?? "")) return;
    this.unread(keyword);
    if (OF_COUNTS.has(keyword)) return;
    if (OF_PACKETS.has(keyword)) {
      this.isOfPackets = true;
      return;
    }
    this.isUnknown = true;
    if (value === undefined) {
      this.closeBuffer();
      this.buffer = "another";
    }
  }

  private unread(what: string): void {
    this.opaque.push(what);
  }

  /** The end of what looks at a buffer. */
  public closeBuffer(): void {
    if (this.buffer instanceof NameBuffer) {
      const condition = this.buffer.condition() ?? OPAQUE_NAME;
      this.names = this.names === undefined ? condition : bothNames(this.names, condition);
      this.opaque.push(...this.buffer.opaque);
    }
    this.buffer = undefined;
  }
}
