/** A DNS query for one name (RFC 1035); type 16 is TXT. */
export function dnsQuery(name: string, type = 1): Buffer {
  const header = Buffer.from("123401000001000000000000", "hex");
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

/** The same message with the length prefix of DNS over TCP. */
export function dnsOverTcp(name: string, type = 1): Buffer {
  const message = dnsQuery(name, type);
  return Buffer.concat([Buffer.from([message.length >>> 8, message.length & 0xff]), message]);
}
