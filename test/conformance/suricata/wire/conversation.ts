import {
  type Endpoint,
  type IpOptions,
  IpProtocol,
  icmpEcho,
  ipFrame,
  TCP_FLAGS,
  tcpSegment,
  udpDatagram,
} from "./packet";

export enum Side {
  CLIENT = "client",
  SERVER = "server",
}

/** One packet of a conversation, with what it means to the verdict. */
export interface ConversationPacket {
  readonly frame: Buffer;
  readonly from: Side;
  /** Bytes of the agent's (or the server's) data in it. */
  readonly payload: number;
  /** Part of opening the connection: without it, nothing that follows arrives. */
  readonly opening: boolean;
}

export interface SegmentOptions extends IpOptions {
  /** Relative to the next byte in order: negative repeats bytes already sent, positive leaves a gap. */
  readonly offset?: number;
  /** Sequence numbers don't advance: the segment is a decoy, a repetition or comes ahead of its turn. */
  readonly aside?: boolean;
  readonly flags?: number;
  readonly badChecksum?: boolean;
  /** Raw TCP option bytes, a multiple of 4. */
  readonly tcpOptions?: Buffer;
  /** Added to the right acknowledgment number. */
  readonly acknowledgmentOffset?: number;
  /** The server's acknowledgment follows. @default true */
  readonly acknowledge?: boolean;
}

const NOTHING = Buffer.alloc(0);
const SEGMENT_SIZE = 1_440;
const MSS_OPTION = Buffer.from("020405b4", "hex");
const FAST_OPEN_OPTION = Buffer.from("220a0123456789abcdef0101", "hex").subarray(0, 12);

/** The packets between one client socket and one server socket, in the order in which the firewall sees them. */
export class Conversation {
  public readonly packets: ConversationPacket[] = [];
  private clientSequence = 1_000;
  private serverSequence = 5_000;

  public constructor(
    public readonly client: Endpoint,
    public readonly server: Endpoint,
  ) {}

  /** SYN, SYN and ACK, ACK. */
  public open(): this {
    return this.syn().synAck().ack();
  }

  /** The first packet of the handshake, with data in it for TCP Fast Open. */
  public syn(data: Buffer = NOTHING): this {
    const { SYN } = TCP_FLAGS;
    const options = data.length > 0 ? FAST_OPEN_OPTION : MSS_OPTION;
    const tcp = { sequence: this.clientSequence, acknowledgment: 0, flags: SYN, options };
    this.push(Side.CLIENT, tcpSegment(this.client, this.server, tcp, data), data.length, true);
    this.clientSequence += 1 + data.length;
    return this;
  }

  public synAck(): this {
    const flags = TCP_FLAGS.SYN | TCP_FLAGS.ACK;
    const tcp = { sequence: this.serverSequence, acknowledgment: this.clientSequence, flags, options: MSS_OPTION };
    this.push(Side.SERVER, tcpSegment(this.server, this.client, tcp, NOTHING), 0, true);
    this.serverSequence += 1;
    return this;
  }

  public ack(): this {
    const tcp = { sequence: this.clientSequence, acknowledgment: this.serverSequence, flags: TCP_FLAGS.ACK };
    return this.push(Side.CLIENT, tcpSegment(this.client, this.server, tcp, NOTHING), 0, true);
  }

  /** Client data in segments of the path's size, each acknowledged by the server. */
  public send(data: Buffer | string, options: SegmentOptions = {}): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    for (let at = 0; at < bytes.length; at += SEGMENT_SIZE)
      this.segment(bytes.subarray(at, at + SEGMENT_SIZE), options);
    return this;
  }

  /** Client data cut at the given places, one segment each. */
  public sendCut(data: Buffer | string, ...cuts: number[]): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    const edges = [0, ...cuts, bytes.length];
    for (let i = 1; i < edges.length; i++) this.segment(bytes.subarray(edges[i - 1], edges[i]));
    return this;
  }

  /** One client segment, as crafted. */
  public segment(data: Buffer | string, options: SegmentOptions = {}): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    const tcp = {
      sequence: this.clientSequence + (options.offset ?? 0),
      acknowledgment: this.serverSequence + (options.acknowledgmentOffset ?? 0),
      flags: options.flags ?? TCP_FLAGS.PSH | TCP_FLAGS.ACK,
      badChecksum: options.badChecksum ?? false,
      options: options.tcpOptions ?? NOTHING,
    };
    const payload = options.badChecksum ? 0 : bytes.length;
    this.push(Side.CLIENT, tcpSegment(this.client, this.server, tcp, bytes), payload, false, options);
    if (!options.aside) {
      this.clientSequence += bytes.length + (options.offset ?? 0);
      if (options.acknowledge !== false) this.serverAck();
    }
    return this;
  }

  /** The server acknowledges all client data that came in order. */
  public serverAck(): this {
    const tcp = { sequence: this.serverSequence, acknowledgment: this.clientSequence, flags: TCP_FLAGS.ACK };
    return this.push(Side.SERVER, tcpSegment(this.server, this.client, tcp, NOTHING), 0, false);
  }

  /** Server data in segments of the path's size, each acknowledged by the client. */
  public reply(data: Buffer | string): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    for (let at = 0; at < bytes.length; at += SEGMENT_SIZE) {
      const part = bytes.subarray(at, at + SEGMENT_SIZE);
      const flags = TCP_FLAGS.PSH | TCP_FLAGS.ACK;
      const tcp = { sequence: this.serverSequence, acknowledgment: this.clientSequence, flags };
      this.push(Side.SERVER, tcpSegment(this.server, this.client, tcp, part), part.length, false);
      this.serverSequence += part.length;
      const ack = { sequence: this.clientSequence, acknowledgment: this.serverSequence, flags: TCP_FLAGS.ACK };
      this.push(Side.CLIENT, tcpSegment(this.client, this.server, ack, NOTHING), 0, false);
    }
    return this;
  }

  /** Both sides finish. */
  public close(): this {
    const flags = TCP_FLAGS.FIN | TCP_FLAGS.ACK;
    this.bare(Side.CLIENT, flags);
    this.clientSequence += 1;
    this.bare(Side.SERVER, flags);
    this.serverSequence += 1;
    return this.bare(Side.CLIENT, TCP_FLAGS.ACK);
  }

  /** A segment without data from either side: a reset, a lone FIN. */
  public bare(from: Side, flags: number, options: SegmentOptions = {}): this {
    const fromClient = from === Side.CLIENT;
    const tcp = {
      sequence: (fromClient ? this.clientSequence : this.serverSequence) + (options.offset ?? 0),
      acknowledgment: fromClient ? this.serverSequence : this.clientSequence,
      flags,
      badChecksum: options.badChecksum ?? false,
    };
    const [source, target] = fromClient ? [this.client, this.server] : [this.server, this.client];
    return this.push(from, tcpSegment(source, target, tcp, NOTHING), 0, false, options);
  }

  /** The next data segment of the client, cut into IP fragments. */
  public sendFragmented(data: Buffer, fragmentSize: number, order: "forward" | "backward" = "forward"): this {
    const tcp = {
      sequence: this.clientSequence,
      acknowledgment: this.serverSequence,
      flags: TCP_FLAGS.PSH | TCP_FLAGS.ACK,
    };
    const segment = tcpSegment(this.client, this.server, tcp, data);
    this.fragments(IpProtocol.TCP, segment, segment.length - data.length, fragmentSize, order);
    this.clientSequence += data.length;
    return this.serverAck();
  }

  /** A UDP datagram from the client. */
  public datagram(data: Buffer | string): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    return this.raw(IpProtocol.UDP, udpDatagram(this.client, this.server, bytes), bytes.length);
  }

  /** A UDP datagram from the client, cut into IP fragments. */
  public datagramFragmented(data: Buffer, fragmentSize: number): this {
    return this.fragments(IpProtocol.UDP, udpDatagram(this.client, this.server, data), 8, fragmentSize, "forward");
  }

  /** A UDP datagram from the server. */
  public replyDatagram(data: Buffer | string): this {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    const frame = ipFrame(
      this.server.address,
      this.client.address,
      IpProtocol.UDP,
      udpDatagram(this.server, this.client, bytes),
    );
    this.packets.push({ frame, from: Side.SERVER, payload: bytes.length, opening: false });
    return this;
  }

  /** An ICMP echo request and its reply, with the same data. */
  public ping(data: Buffer): this {
    this.raw(IpProtocol.ICMP, icmpEcho(8, this.client.port, data), data.length);
    const frame = ipFrame(
      this.server.address,
      this.client.address,
      IpProtocol.ICMP,
      icmpEcho(0, this.client.port, data),
    );
    this.packets.push({ frame, from: Side.SERVER, payload: data.length, opening: false });
    return this;
  }

  /** An IP packet of any protocol from the client; `payload` of its bytes are data. */
  public raw(protocol: number, body: Buffer, payload: number, ip: IpOptions = {}): this {
    const frame = ipFrame(this.client.address, this.server.address, protocol, body, ip);
    this.packets.push({ frame, from: Side.CLIENT, payload, opening: false });
    return this;
  }

  private fragments(protocol: number, body: Buffer, header: number, size: number, order: "forward" | "backward"): this {
    const offsets: number[] = [];
    for (let offset = 0; offset < body.length; offset += size) offsets.push(offset);
    const id = this.client.port;
    for (const offset of order === "forward" ? offsets : offsets.reverse()) {
      const part = body.subarray(offset, offset + size);
      const payload = Math.max(0, part.length - (offset === 0 ? header : 0));
      this.raw(protocol, part, payload, { id, fragmentOffset: offset, moreFragments: offset + size < body.length });
    }
    return this;
  }

  private push(from: Side, segment: Buffer, payload: number, opening: boolean, ip: IpOptions = {}): this {
    const [source, target] = from === Side.CLIENT ? [this.client, this.server] : [this.server, this.client];
    this.packets.push({
      frame: ipFrame(source.address, target.address, IpProtocol.TCP, segment, ip),
      from,
      payload,
      opening,
    });
    return this;
  }
}
