import { storeFailure, unreadable } from "./store-failure";

/** One request to a store's API. */
export interface StoreRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/** What a store's API answered; nothing of it leaves the store. */
export interface StoreAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Milliseconds for a request and its answer. */
export const STORE_TIMEOUT = 2_000;
/** More than a page of any store: DynamoDB gives 1 MB, which JSON may double. */
const MOST_BYTES = 8_000_000;

/**
 * Sends one request, once: a write whose answer is lost may have happened, and to repeat it would be to lose the race against
 * oneself. @throws store_unavailable on a failed connection, a redirect, an answer that is late or too large
 */
export async function sendToStore(request: StoreRequest, timeout = STORE_TIMEOUT): Promise<StoreAnswer> {
  try {
    const { url, method, headers, body } = request;
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      redirect: "error",
      signal,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await bodyOf(response) };
  } catch {
    throw storeFailure("The store did not answer.");
  }
}

/** Asks for what a request is authorized with. @throws store_unavailable where it is not to be had */
export async function authorized<T>(authorize: () => Promise<T>): Promise<T> {
  try {
    return await authorize();
  } catch {
    throw storeFailure("The gateway has no credentials for its store.");
  }
}

/** The answer's JSON. @throws store_unavailable */
export function jsonOf(answer: StoreAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw unreadable();
  }
}

/** An object's members. @throws store_unavailable where it is no object */
export function membersOf(value: unknown): { readonly [member: string]: unknown } {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as { readonly [member: string]: unknown };
  }
  throw unreadable();
}

/** What an unexpected status becomes. */
export function refused(): Error {
  return storeFailure("The store refused a request.");
}

async function bodyOf(response: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw unreadable();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
