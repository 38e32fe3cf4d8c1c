const ETHERNET = 1;
const MICROSECONDS_BETWEEN_PACKETS = 1_000;
/** A fixed start, so that the same packets give the same file: 2024-01-01T00:00:00Z. */
const START_SECONDS = 1_704_067_200;

/** A capture in the classic pcap format: packet n of the file is frame n - 1 of the list, one millisecond apart. */
export function pcapFile(frames: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(ETHERNET, 20);
  const parts: Buffer[] = [header];
  frames.forEach((frame, index) => {
    const record = Buffer.alloc(16);
    const microseconds = index * MICROSECONDS_BETWEEN_PACKETS;
    record.writeUInt32LE(START_SECONDS + Math.floor(microseconds / 1_000_000), 0);
    record.writeUInt32LE(microseconds % 1_000_000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  });
  return Buffer.concat(parts);
}
