export interface ClientHelloOptions {
  /** Server names in the order of the list; `[]` is a list without an entry, absent is no extension. */
  readonly names?: readonly (string | Buffer)[];
  /** Size of the one key share, in bytes: 32 is X25519, 1216 is X25519 with ML-KEM-768. @default 32 */
  readonly keyShare?: number;
  /** Size of a session ticket, in bytes; large ones make the hello span segments. @default none */
  readonly ticket?: number;
  readonly alpn?: readonly string[];
  /** Adds an `encrypted_client_hello` extension (RFC 9849 draft number 0xfe0d). */
  readonly encryptedHello?: boolean;
  /** The server name extension comes last, after the large ones. */
  readonly nameLast?: boolean;
  /** A second server name extension, which TLS forbids. */
  readonly secondNames?: readonly string[];
  /** Type of every server name entry; 0 is host_name. */
  readonly nameType?: number;
  /** Extensions for QUIC instead of TLS over TCP. */
  readonly quic?: boolean;
}

function u16(value: number): Buffer {
  return Buffer.from([(value >>> 8) & 0xff, value & 0xff]);
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([u16(type), u16(body.length), body]);
}

function serverNames(names: readonly (string | Buffer)[], type: number): Buffer {
  const list = Buffer.concat(
    names.map((name) => {
      const bytes = typeof name === "string" ? Buffer.from(name, "latin1") : name;
      return Buffer.concat([Buffer.from([type]), u16(bytes.length), bytes]);
    }),
  );
  return extension(0, Buffer.concat([u16(list.length), list]));
}

/** Deterministic bytes that look random enough for keys and tickets. */
export function filler(size: number, seed = 7): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

/** A TLS 1.3 ClientHello handshake message (RFC 8446 section 4.1.2), without its record. */
export function clientHello(options: ClientHelloOptions = {}): Buffer {
  const keyShare = options.keyShare ?? 32;
  const group = keyShare === 32 ? 0x001d : 0x11ec;
  const share = Buffer.concat([u16(group), u16(keyShare), filler(keyShare)]);
  const alpn = Buffer.concat(
    (options.alpn ?? []).map((name) => Buffer.concat([Buffer.from([name.length]), Buffer.from(name)])),
  );
  const name = options.names ? [serverNames(options.names, options.nameType ?? 0)] : [];
  const second = options.secondNames ? [serverNames(options.secondNames, 0)] : [];
  const others = [
    extension(0x000a, Buffer.concat([u16(4), u16(group), u16(0x0017)])),
    extension(0x000b, Buffer.from([1, 0])),
    extension(0x000d, Buffer.concat([u16(8), Buffer.from("0403080404010503", "hex")])),
    ...(alpn.length > 0 ? [extension(0x0010, Buffer.concat([u16(alpn.length), alpn]))] : []),
    extension(0x0033, Buffer.concat([u16(share.length), share])),
    extension(0x002b, Buffer.from("020304", "hex")),
    extension(0x002d, Buffer.from([1, 1])),
    ...(options.ticket ? [extension(0x0023, filler(options.ticket, 11))] : []),
    ...(options.encryptedHello ? [extension(0xfe0d, encryptedHelloBody())] : []),
    ...(options.quic ? [extension(0x0039, Buffer.from("01048000ea60", "hex"))] : []),
  ];
  const extensions = Buffer.concat(
    options.nameLast ? [...others, ...name, ...second] : [...name, ...second, ...others],
  );
  const body = Buffer.concat([
    u16(0x0303),
    filler(32, 3),
    Buffer.from([options.quic ? 0 : 32]),
    filler(options.quic ? 0 : 32, 5),
    u16(6),
    Buffer.from("130113021303", "hex"),
    Buffer.from([1, 0]),
    u16(extensions.length),
    extensions,
  ]);
  return Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
}

/** Outer form of an ECH extension: HKDF-SHA256, AES-128-GCM, one config id, an encapsulated key and a payload. */
function encryptedHelloBody(): Buffer {
  const key = filler(32, 17);
  const payload = filler(208, 19);
  return Buffer.concat([
    Buffer.from("0000010001", "hex"),
    Buffer.from([42]),
    u16(key.length),
    key,
    u16(payload.length),
    payload,
  ]);
}

/** A TLS record (RFC 8446 section 5.1). */
export function tlsRecord(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 3, type === 22 ? 1 : 3]), u16(body.length), body]);
}

/** A ClientHello in handshake records, cut at the given places of the message. */
export function helloRecords(options: ClientHelloOptions, ...cuts: number[]): Buffer {
  const message = clientHello(options);
  const edges = [0, ...cuts, message.length];
  return Buffer.concat(edges.slice(1).map((edge, i) => tlsRecord(22, message.subarray(edges[i], edge))));
}

/** A ServerHello for TLS 1.3, a change of cipher and the first encrypted records. */
export function serverHello(): Buffer {
  const share = Buffer.concat([u16(0x001d), u16(32), filler(32, 23)]);
  const extensions = Buffer.concat([extension(0x0033, share), extension(0x002b, u16(0x0304))]);
  const body = Buffer.concat([
    u16(0x0303),
    filler(32, 29),
    Buffer.from([32]),
    filler(32, 5),
    u16(0x1301),
    Buffer.from([0]),
    u16(extensions.length),
    extensions,
  ]);
  const message = Buffer.concat([Buffer.from([2, 0]), u16(body.length), body]);
  return Buffer.concat([tlsRecord(22, message), tlsRecord(20, Buffer.from([1])), tlsRecord(23, filler(900, 31))]);
}

/** What a client sends after the ServerHello: change of cipher, its Finished, and `size` bytes of application data. */
export function clientData(size: number): Buffer {
  const finish = Buffer.concat([tlsRecord(20, Buffer.from([1])), tlsRecord(23, filler(53, 37))]);
  const records: Buffer[] = [];
  for (let left = size; left > 0; left -= 4_000) records.push(tlsRecord(23, filler(Math.min(left, 4_000), 41)));
  return Buffer.concat([finish, ...records]);
}
