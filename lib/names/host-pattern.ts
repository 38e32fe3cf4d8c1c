import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { CordonError, quoted } from "../errors/cordon-error";
import { plainText } from "./plain-text";
import { sharedBelow } from "./shared-tenancy";

/** Which names a pattern stands for. */
export enum HostMatch {
  /** The one name. */
  EXACT = "exact",
  /** Every name below it at any depth, but not the name itself. */
  SUBDOMAINS = "subdomains",
}

/** How a wildcard over other people's names is accepted. */
export interface HostPatternOptions {
  /** Why a wildcard over a public suffix or a domain shared by tenants is acceptable. @default - it is refused */
  readonly sharedTenancy?: string;
}

/**
 * A host name, or all names below one, in one spelling: ASCII, lower case, without a dot at the end. What it stands for
 * is the same on every cloud; each compiler writes it in its engine's own form.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5890
 */
export class HostPattern {
  private constructor(
    public readonly match: HostMatch,
    /** The name, without the wildcard. */
    public readonly name: string,
  ) {
    Object.freeze(this);
  }

  /**
   * Reads `api.example.com` or `*.example.com`.
   * @throws CORDON-001 for what is no host name, CORDON-002 for an address, CORDON-003 for a wildcard elsewhere,
   *   CORDON-004 for a wildcard over names that strangers can register
   */
  public static parse(text: unknown, at: string, options: HostPatternOptions = {}): HostPattern {
    if (typeof text !== "string") throw notAHost(at, text, "it is not text", "write a name like api.example.com");
    if (/[$%]\{/.test(text)) {
      throw notAHost(
        at,
        text,
        "it holds a Terraform reference or template",
        "write a literal name; allow lists are known at synth",
      );
    }
    const { sharedTenancy } = options;
    if (sharedTenancy !== undefined) plainText(sharedTenancy, at, "sharedTenancy");
    const wildcard = text.startsWith("*.");
    const name = asciiName(text, wildcard, at);
    if (!wildcard) return new HostPattern(HostMatch.EXACT, name);
    if (!name.includes(".")) {
      throw new CordonError(
        "CORDON-004",
        at,
        `${quoted(text)} would pass every name of a top-level domain`,
        "list exact names, or wildcards below names that you know",
      );
    }
    const why = sharedTenancy === undefined ? sharedBelow(name) : undefined;
    if (why !== undefined) {
      throw new CordonError(
        "CORDON-004",
        at,
        `${quoted(text)} would also pass names of strangers: ${why}`,
        "list exact names, or give sharedTenancy a reason",
      );
    }
    return new HostPattern(HostMatch.SUBDOMAINS, name);
  }

  /** Whether every name of another pattern is one of this. */
  public covers(other: HostPattern): boolean {
    if (this.match === HostMatch.EXACT) return other.match === HostMatch.EXACT && other.name === this.name;
    return other.name.endsWith(`.${this.name}`) || (other.match === HostMatch.SUBDOMAINS && other.name === this.name);
  }

  /** `api.example.com` or `*.example.com`. */
  public toString(): string {
    return this.match === HostMatch.EXACT ? this.name : `*.${this.name}`;
  }
}

function notAHost(at: string, text: unknown, problem: string, fix: string): CordonError {
  return new CordonError("CORDON-001", at, `host ${quoted(text)}: ${problem}`, fix);
}

function asciiName(whole: string, wildcard: boolean, at: string): string {
  const text = wildcard ? whole.slice(2) : whole;
  const refuse = (problem: string, fix: string): never => {
    throw notAHost(at, whole, problem, fix);
  };
  refuseNotation(text, whole, at);
  const trimmed = text.replace(/[.\u3002\uff0e\uff61]$/, "");
  const ascii = domainToASCII(trimmed).toLowerCase();
  if (isIP(ascii) !== 0 || endsInNumber(ascii) || endsInNumber(asciiDots(trimmed.normalize("NFKC"))))
    throw anAddress(whole, at);
  if (ascii === "") refuse("it is not a valid international name", "check its spelling (RFC 5891)");
  const labels = ascii.split(".");
  if (labels.length < 2 && !wildcard) refuse("it has one label", "write the full name with its domain");
  const bad = labels.find((label) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label));
  if (bad !== undefined) refuse(`label ${quoted(bad)} is malformed`, "labels are letters, digits and inner dashes");
  const reserved = labels.find((label) => /^..--/.test(label) && !label.startsWith("xn--"));
  if (reserved !== undefined) {
    refuse(`label ${quoted(reserved)} has dashes that are reserved`, "only xn-- names have them (RFC 5891)");
  }
  const long = labels.find((label) => label.length > 63);
  if (long !== undefined) refuse("a label has more than 63 characters", "DNS takes none longer (RFC 1035)");
  const length = ascii.length + (wildcard ? 2 : 0);
  if (length > 253) refuse(`it has ${length} characters`, "DNS takes 253 (RFC 1035)");
  return ascii;
}

/** Refuses what surrounds names in URLs and elsewhere: the converter to ASCII would decode or drop some of it. */
function refuseNotation(text: string, whole: string, at: string): void {
  const refuse = (problem: string, fix: string): never => {
    throw notAHost(at, whole, problem, fix);
  };
  const alone = "write the host alone";
  if (text === "") refuse("it is empty", "write a name like api.example.com");
  if (text.includes("*") || whole.startsWith(".")) throw misplacedWildcard(whole, at);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) refuse("it is a URL", "write the host alone, without scheme and path");
  if (/^\[|^(?=.*:.*:)[0-9a-f:.]+(%.*)?(\/\d+)?$|^[\d.]+\/\d+$/i.test(text)) throw anAddress(whole, at);
  if (/\s/.test(text)) refuse("it holds a blank", "remove it");
  if (text.includes("@")) refuse("it carries a user name", alone);
  if (/[/\\?#]/.test(text)) refuse("it carries a path", alone);
  if (text.includes(":")) refuse("it carries a port", "write the port in its own argument");
  if (text.includes("_")) {
    refuse(
      "it holds an underscore, which host names do not have",
      "name the host that the record points to (RFC 1123)",
    );
  }
  const [foreign] = NOT_IN_NAMES.exec(text) ?? [];
  if (foreign !== undefined) {
    const code = (foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    refuse(`it holds U+${code}, which host names do not have`, "use letters, digits, dashes and dots");
  }
}

/**
 * What is no letter, mark, digit, dash or dot of any script, nor needed inside of a word (RFC 5892, appendix A), and marks
 * that can't be seen.
 */
const NOT_IN_NAMES =
  /[^\p{L}\p{M}\p{N}.\-\u3002\uff0e\uff61\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/u;

/** Every spelling that some resolver reads as an IPv4 address ends in a number: 127.1, 0x7f.1, 2130706433. */
const endsInNumber = (text: string): boolean => /(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(text);

const asciiDots = (text: string): string => text.replaceAll("\u3002", ".");

const anAddress = (text: string, at: string): CordonError =>
  new CordonError(
    "CORDON-002",
    at,
    `${quoted(text)} reads as an IP address, not as a name`,
    "use Egress.cidr for an address, or cidr in a policy file",
  );

function misplacedWildcard(whole: string, at: string): CordonError {
  const tail = whole.slice(whole.lastIndexOf("*") + 1);
  const rest = tail.slice(tail.indexOf(".") + 1);
  const base = /^([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(rest) ? rest : "example.com";
  return new CordonError(
    "CORDON-003",
    at,
    `${quoted(whole)}: a wildcard is a whole first label`,
    `write *.${base} for all names below, and ${base} for the name itself`,
  );
}
