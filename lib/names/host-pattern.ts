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
      throw notAHost(at, text, "it holds a Terraform reference or template", "write a literal name; allow lists are known at synth");
    }
    const wildcard = text.startsWith("*.");
    const name = asciiName(wildcard ? text.slice(2) : text, text, at);
    if (!wildcard) return new HostPattern(HostMatch.EXACT, name);
    const why = sharedBelow(name);
    if (why !== undefined && options.sharedTenancy === undefined) {
      throw new CordonError("CORDON-004", at, `${quoted(text)} would also pass names of strangers: ${why}`, "list exact names, or give sharedTenancy a reason");
    }
    if (options.sharedTenancy !== undefined) plainText(options.sharedTenancy, at, "sharedTenancy");
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

function asciiName(text: string, whole: string, at: string): string {
  const refuse = (problem: string, fix: string): never => {
    throw notAHost(at, whole, problem, fix);
  };
  if (text.includes("*") || whole.startsWith(".")) {
    throw new CordonError("CORDON-003", at, `${quoted(whole)}: a wildcard is a whole first label`, "write *.example.com for all names below, and example.com for the name itself");
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) refuse("it is a URL", "write the host alone, without scheme and path");
  if (/^\[|^[0-9a-f]*:[0-9a-f:.]*$/i.test(text)) throw anAddress(whole, at);
  if (/:\d*$/.test(text)) refuse("it carries a port", "write the port in its own argument");
  // Only letters, digits, dashes and dots of any script may reach the converter, which would decode or drop the rest.
  if (!/^[\p{L}\p{M}\p{N}.\-\u3002\uff0e\uff61\u00b7\u200c\u200d]+$/u.test(text)) {
    refuse("it holds a character that host names do not have", "use letters, digits, dashes and dots (no underscore, blank, path or user name)");
  }
  const trimmed = text.replace(/[.\u3002\uff0e\uff61]$/, "");
  const ascii = domainToASCII(trimmed).toLowerCase();
  if (ascii === "") {
    if (looksNumeric(trimmed.normalize("NFKC"))) throw anAddress(whole, at);
    refuse("it is not a valid international name", "check its spelling (RFC 5891)");
  }
  if (isIP(ascii) !== 0 || looksNumeric(ascii) || looksNumeric(trimmed.normalize("NFKC").toLowerCase())) throw anAddress(whole, at);
  const labels = ascii.split(".");
  if (labels.length < 2) refuse("it has one label", "write the full name with its domain");
  const bad = labels.find((label) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label));
  if (bad !== undefined) refuse(`label ${quoted(bad)} is malformed`, "labels are letters, digits and inner dashes");
  const unregistrable = labels.find((label) => /^..--/.test(label) && !label.startsWith("xn--"));
  if (unregistrable !== undefined) refuse(`label ${quoted(unregistrable)} has dashes that are reserved`, "only xn-- names have them (RFC 5891)");
  const long = labels.find((label) => label.length > 63);
  if (long !== undefined) refuse("a label has more than 63 characters", "DNS takes none longer (RFC 1035)");
  if (ascii.length > 253) refuse(`it has ${ascii.length} characters`, "DNS takes 253 (RFC 1035)");
  return ascii;
}

// Every spelling that some resolver reads as an IPv4 address ends in a number: 127.1, 0x7f.1, 2130706433.
const looksNumeric = (text: string): boolean => /(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(text);

const anAddress = (text: string, at: string): CordonError =>
  new CordonError("CORDON-002", at, `${quoted(text)} is an IP address, not a name`, "use Egress.cidr for an address");
