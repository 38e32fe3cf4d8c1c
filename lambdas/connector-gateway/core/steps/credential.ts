import type { ConnectorJson } from "../../../../lib/policy/connector-json";
import type { HeaderList, SecretSource } from "../ports";
import { GatewayProblem } from "../problem";

/** Takes a secret out of what comes back. */
export interface Scrubber {
  bytes(body: Uint8Array): Uint8Array;
  text(value: string): string;
}

/** A credential on its way into a request. */
export interface ReadCredential {
  readonly header: string;
  readonly value: string;
  readonly scrubber: Scrubber;
}

/** Reads the connector's credential, if it has one. @throws credential_unavailable */
export async function readCredential(
  { name, credential }: ConnectorJson,
  secrets: SecretSource,
): Promise<ReadCredential | undefined> {
  if (credential === undefined) return undefined;
  const { secret, header = "authorization" } = credential;
  const prefix = credential.prefix ?? (header === "authorization" ? "Bearer " : "");
  let value: string;
  try {
    value = (await secrets.read(secret)).trim();
  } catch {
    throw unavailable(name);
  }
  // A line break would add headers of its own.
  if (value.length < 8 || /[^\x20-\x7e]/.test(value)) throw unavailable(name);
  return { header, value: `${prefix}${value}`, scrubber: scrubberOf(value) };
}

/** Headers with a credential in place of what the agent may have put there. */
export function withCredential(headers: HeaderList, credential: ReadCredential | undefined): HeaderList {
  if (credential === undefined) return headers;
  return [...headers.filter(([field]) => field !== credential.header), [credential.header, credential.value]];
}

/** Takes a secret out in the forms in which servers repeat it: as it is, in Base64, in percent-encoding, in JSON. */
export function scrubberOf(secret: string): Scrubber {
  const base64 = Buffer.from(secret).toString("base64");
  const forms = [
    secret,
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const text = (value: string): string =>
    unique.reduce((left, form) => left.replaceAll(form, "[redacted:credential]"), value);
  return {
    text,
    bytes(body) {
      const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      if (!unique.some((form) => buffer.includes(form))) return body;
      // Latin-1 keeps every byte as it is.
      return Buffer.from(text(buffer.toString("latin1")), "latin1");
    },
  };
}

const unavailable = (rule: string): GatewayProblem =>
  new GatewayProblem("credential_unavailable", "The credential of the connector is not to be had.", { rule });
