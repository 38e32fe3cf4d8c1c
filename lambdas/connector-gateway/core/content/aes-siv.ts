import { createCipheriv, createDecipheriv, timingSafeEqual } from "node:crypto";

const BLOCK = 16;

/**
 * AES-SIV, which needs no nonce: the same key and text give the same bytes, and whatever was changed is refused. The key has
 * 64 bytes (AES-256) or 32 (AES-128), one half for each of its two uses.
 * @see https://www.rfc-editor.org/rfc/rfc5297
 */
export function sivSeal(key: Uint8Array, associated: Uint8Array, text: Uint8Array): Buffer {
  const iv = s2v(key.subarray(0, key.length / 2), associated, text);
  return Buffer.concat([iv, counterMode(key, iv, text)]);
}

/** The text again; undefined where the key, the associated data or the bytes are not those that it was sealed with. */
export function sivOpen(key: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < BLOCK) return undefined;
  const iv = sealed.subarray(0, BLOCK);
  const text = counterMode(key, iv, sealed.subarray(BLOCK));
  return timingSafeEqual(s2v(key.subarray(0, key.length / 2), associated, text), iv) ? text : undefined;
}

function counterMode(key: Uint8Array, iv: Uint8Array, text: Uint8Array): Buffer {
  const half = key.subarray(key.length / 2);
  const counter = Buffer.from(iv);
  counter[8] = (counter[8] ?? 0) & 0x7f;
  counter[12] = (counter[12] ?? 0) & 0x7f;
  const cipher = createDecipheriv(`aes-${half.length * 8}-ctr`, half, counter);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

function s2v(key: Uint8Array, associated: Uint8Array, text: Uint8Array): Buffer {
  const sum = xor(doubled(cmac(key, Buffer.alloc(BLOCK))), cmac(key, associated));
  if (text.length < BLOCK) return cmac(key, xor(doubled(sum), padded(text)));
  const last = Buffer.from(text);
  const tail = last.subarray(last.length - BLOCK);
  tail.set(xor(tail, sum));
  return cmac(key, last);
}

// AES-CMAC, RFC 4493: the last block of CBC with a key-dependent mask on the last block of the text.
function cmac(key: Uint8Array, text: Uint8Array): Buffer {
  const subkey = doubled(encrypted(key, Buffer.alloc(BLOCK)).subarray(0, BLOCK));
  const begin = text.length === 0 ? 0 : Math.floor((text.length - 1) / BLOCK) * BLOCK;
  const rest = text.subarray(begin);
  const last = rest.length === BLOCK ? xor(rest, subkey) : xor(padded(rest), doubled(subkey));
  const blocks = encrypted(key, Buffer.concat([text.subarray(0, begin), last]));
  return blocks.subarray(blocks.length - BLOCK);
}

function encrypted(key: Uint8Array, text: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(BLOCK)).setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

function padded(text: Uint8Array): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.set(text);
  block[text.length] = 0x80;
  return block;
}

function doubled(block: Uint8Array): Buffer {
  const result = Buffer.alloc(BLOCK);
  for (let at = 0; at < BLOCK; at++) result[at] = ((block[at] ?? 0) << 1) | ((block[at + 1] ?? 0) >> 7);
  if ((block[0] ?? 0) & 0x80) result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ 0x87;
  return result;
}

const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
