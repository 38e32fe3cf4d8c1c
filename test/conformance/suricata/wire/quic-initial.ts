import { createCipheriv, createHmac } from "node:crypto";
import { clientHello } from "./client-hello";

/** Salt of QUIC version 1 (RFC 9001 section 5.2). */
const SALT = Buffer.from("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "hex");
const CONNECTION_ID = Buffer.from("8394c8f03e515708", "hex");
const DATAGRAM_SIZE = 1_200;
const TAG_SIZE = 16;

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/** HKDF-Expand-Label of TLS 1.3 for outputs of at most one hash (RFC 8446 section 7.1). */
function expandLabel(secret: Buffer, label: string, size: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, size, name.length]), name, Buffer.from([0, 1])]);
  return hmac(secret, info).subarray(0, size);
}

function longVarint(value: number): Buffer {
  return Buffer.from([0x40 | (value >>> 8), value & 0xff]);
}

/** A client Initial datagram whose CRYPTO frame holds a ClientHello, encrypted with the keys that any observer has. */
export function quicInitial(serverName: string): Buffer {
  const secret = expandLabel(hmac(SALT, CONNECTION_ID), "client in", 32);
  const key = expandLabel(secret, "quic key", 16);
  const iv = expandLabel(secret, "quic iv", 12);
  const headerKey = expandLabel(secret, "quic hp", 16);

  const hello = clientHello({ names: [serverName], alpn: ["h3"], quic: true });
  const crypto = Buffer.concat([Buffer.from([0x06, 0x00]), longVarint(hello.length), hello]);
  const start = Buffer.concat([
    Buffer.from("c000000001", "hex"),
    Buffer.from([CONNECTION_ID.length]),
    CONNECTION_ID,
    Buffer.from([0, 0]),
  ]);
  const packetNumber = Buffer.from([0]);
  const plainSize = DATAGRAM_SIZE - start.length - 2 - packetNumber.length - TAG_SIZE;
  const plain = Buffer.concat([crypto, Buffer.alloc(plainSize - crypto.length)]);
  const header = Buffer.concat([start, longVarint(packetNumber.length + plain.length + TAG_SIZE), packetNumber]);

  const cipher = createCipheriv("aes-128-gcm", key, iv);
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);

  const sampleAt = 4 - packetNumber.length;
  const mask = createCipheriv("aes-128-ecb", headerKey, null).update(sealed.subarray(sampleAt, sampleAt + 16));
  header.writeUInt8(header.readUInt8(0) ^ (mask.readUInt8(0) & 0x0f), 0);
  header.writeUInt8(header.readUInt8(header.length - 1) ^ mask.readUInt8(1), header.length - 1);
  return Buffer.concat([header, sealed]);
}
