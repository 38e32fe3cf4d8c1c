import { isIPv6 } from "node:net";

export const TCP_FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

export enum IpProtocol {
  ICMP = 1,
  TCP = 6,
  UDP = 17,
  GRE = 47,
  ESP = 50,
  SCTP = 132,
}

export interface IpOptions {
  readonly ttl?: number;
  readonly id?: number;
  readonly moreFragments?: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Raw option bytes, a multiple of 4. */
  readonly options?: Buffer;
}

export interface TcpOptions {
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window?: number;
  /** Raw option bytes, a multiple of 4. */
  readonly options?: Buffer;
  readonly badChecksum?: boolean;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const IPV6_HEADER = 40;

function sum16(data: Buffer, start: number): number {
  let sum = start;
  for (let i = 0; i < data.length; i += 2)
    sum += (data.readUInt8(i) << 8) | (i + 1 < data.length ? data.readUInt8(i + 1) : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** An address in network order. */
export function addressBytes(address: string): Buffer {
  return isIPv6(address) ? ipv6Bytes(address) : ipv4Bytes(address);
}

function transportChecksum(from: string, to: string, protocol: IpProtocol, segment: Buffer): number {
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(protocol, 0);
  tail.writeUInt16BE(segment.length, 2);
  return ~sum16(segment, sum16(Buffer.concat([addressBytes(from), addressBytes(to), tail]), 0)) & 0xffff;
}

/** An Ethernet frame that carries one IPv4 or IPv6 packet. */
export function ipFrame(from: string, to: string, protocol: number, payload: Buffer, ip: IpOptions = {}): Buffer {
  const v6 = isIPv6(from);
  const ethernet = Buffer.from(`0200000000020200000000${v6 ? "0186dd" : "010800"}`, "hex");
  if (v6) {
    const header = Buffer.alloc(IPV6_HEADER);
    header.writeUInt32BE(0x60000000, 0);
    header.writeUInt16BE(payload.length, 4);
    header.writeUInt8(protocol, 6);
    header.writeUInt8(ip.ttl ?? 64, 7);
    addressBytes(from).copy(header, 8);
    addressBytes(to).copy(header, 24);
    return Buffer.concat([ethernet, header, payload]);
  }
  const options = ip.options ?? Buffer.alloc(0);
  const header = Buffer.concat([Buffer.alloc(20), options]);
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(ip.id ?? 1, 4);
  header.writeUInt16BE((ip.moreFragments ? 0x2000 : 0) | ((ip.fragmentOffset ?? 0) >>> 3), 6);
  header.writeUInt8(ip.ttl ?? 64, 8);
  header.writeUInt8(protocol, 9);
  ipv4Bytes(from).copy(header, 12);
  ipv4Bytes(to).copy(header, 16);
  header.writeUInt16BE(~sum16(header, 0) & 0xffff, 10);
  return Buffer.concat([ethernet, header, payload]);
}

/** A TCP segment with its checksum. */
export function tcpSegment(from: Endpoint, to: Endpoint, tcp: TcpOptions, payload: Buffer): Buffer {
  const options = tcp.options ?? Buffer.alloc(0);
  const segment = Buffer.concat([Buffer.alloc(20), options, payload]);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt32BE(tcp.sequence >>> 0, 4);
  segment.writeUInt32BE(tcp.acknowledgment >>> 0, 8);
  segment.writeUInt8((20 + options.length) << 2, 12);
  segment.writeUInt8(tcp.flags, 13);
  segment.writeUInt16BE(tcp.window ?? 64240, 14);
  const checksum = transportChecksum(from.address, to.address, IpProtocol.TCP, segment);
  segment.writeUInt16BE(tcp.badChecksum ? checksum ^ 0x5555 : checksum, 16);
  return segment;
}

/** A UDP datagram with its checksum. */
export function udpDatagram(from: Endpoint, to: Endpoint, payload: Buffer): Buffer {
  const datagram = Buffer.concat([Buffer.alloc(8), payload]);
  datagram.writeUInt16BE(from.port, 0);
  datagram.writeUInt16BE(to.port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.writeUInt16BE(transportChecksum(from.address, to.address, IpProtocol.UDP, datagram) || 0xffff, 6);
  return datagram;
}

/** An ICMP echo request (type 8) or reply (type 0). */
export function icmpEcho(type: 0 | 8, id: number, payload: Buffer): Buffer {
  const message = Buffer.concat([Buffer.alloc(8), payload]);
  message.writeUInt8(type, 0);
  message.writeUInt16BE(id, 4);
  message.writeUInt16BE(1, 6);
  message.writeUInt16BE(~sum16(message, 0) & 0xffff, 2);
  return message;
}
