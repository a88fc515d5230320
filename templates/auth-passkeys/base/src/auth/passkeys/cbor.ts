/** What authenticators write in CBOR (RFC 8949). */
export type CborValue = number | string | boolean | null | Buffer | CborValue[] | CborMap;
export type CborMap = Map<number | string, CborValue>;

export interface CborItem {
  value: CborValue;
  /** Where the next one begins. */
  end: number;
}

/** An attestation object, its statement, the certificates in it, and one of those. */
const mostDepth = 4;
const simpleValues: Record<number, CborValue> = { 20: false, 21: true, 22: null };

/** The one item that `bytes` are. @throws TypeError as `readItem` does, and for bytes after the end. */
export function readWhole(bytes: Buffer): CborValue {
  const { value, end } = readItem(bytes);
  if (end !== bytes.length) throw new TypeError("Bytes follow the item.");
  return value;
}

/**
 * The item that begins at `start`: only what CTAP 2 (section 8) lets an authenticator write.
 *
 * @throws TypeError for lengths that are not definite, doubled keys, tags, fractions, more than 4 levels and a missing end.
 */
export function readItem(bytes: Buffer, start = 0, depth = 1): CborItem {
  if (depth > mostDepth) throw new TypeError("This is nested too deeply.");
  const { major, argument, end } = readHead(bytes, start);
  if (major === 0) return { value: argument, end };
  if (major === 1) return { value: -1 - argument, end };
  if (major === 2) return { value: readBytes(bytes, end, argument), end: end + argument };
  if (major === 3) return { value: readText(bytes, end, argument), end: end + argument };
  if (major === 4) return readArray(bytes, end, depth, argument);
  if (major === 5) return readMap(bytes, end, depth, argument);
  const value = major === 7 && end === start + 1 ? simpleValues[argument] : undefined;
  if (value === undefined) throw new TypeError("This is no value that authenticators write.");
  return { value, end };
}

/** RFC 8949, section 3: three bits say what it is; the other five, or the bytes behind them, how much. */
function readHead(bytes: Buffer, start: number): { major: number; argument: number; end: number } {
  const first = bytes.readUInt8(start);
  const [major, short] = [first >> 5, first & 31];
  if (short < 24) return { major, argument: short, end: start + 1 };
  if (short > 27) throw new TypeError("This length is not definite.");
  const size = 2 ** (short - 24);
  const argument = size === 8 ? Number(bytes.readBigUInt64BE(start + 1)) : bytes.readUIntBE(start + 1, size);
  if (!Number.isSafeInteger(argument)) throw new TypeError("This number is too large.");
  return { major, argument, end: start + 1 + size };
}

function readBytes(bytes: Buffer, start: number, length: number): Buffer {
  if (start + length > bytes.length) throw new TypeError("The end is missing.");
  return bytes.subarray(start, start + length);
}

function readText(bytes: Buffer, start: number, length: number): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readBytes(bytes, start, length));
}

function readArray(bytes: Buffer, start: number, depth: number, length: number): CborItem {
  const values: CborValue[] = [];
  let end = start;
  while (values.length < length) {
    const item = readItem(bytes, end, depth + 1);
    values.push(item.value);
    end = item.end;
  }
  return { value: values, end };
}

function readMap(bytes: Buffer, start: number, depth: number, length: number): CborItem {
  const map: CborMap = new Map();
  let end = start;
  while (map.size < length) {
    const key = readItem(bytes, end, depth + 1);
    if (typeof key.value !== "number" && typeof key.value !== "string") throw new TypeError("This is no key.");
    if (map.has(key.value)) throw new TypeError("A key stands twice.");
    const { value, end: next } = readItem(bytes, key.end, depth + 1);
    map.set(key.value, value);
    end = next;
  }
  return { value: map, end };
}
