import type { CallSts } from "../core/attest";

const TIMEOUT = 3_000;
const MOST_BYTES = 20_000;

/** Asks a regional endpoint of STS who has signed a request. */
export const callSts: CallSts = async ({ host, target, headers }) => {
  const response = await fetch(`https://${host}${target}`, {
    headers: Object.fromEntries(headers.filter(([name]) => name !== "host")),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const body = await response.text();
  if (body.length > MOST_BYTES) throw new Error("longer than an answer of STS");
  return { status: response.status, body };
};
