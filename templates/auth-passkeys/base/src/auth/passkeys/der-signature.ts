const sequence = 0x30;
const integer = 0x02;
/** Of P-256: 32 bytes, and a zero where the first bit is set. */
const mostIntegerBytes = 33;

/**
 * Whether the bytes are the one spelling in DER of an ECDSA signature on P-256 (RFC 3279, section 2.2.3): two positive
 * integers and nothing more. What reads it afterwards takes others too, so that of one signature there would be many.
 */
export function isEcdsaSignature(bytes: Buffer): boolean {
  if (bytes[0] !== sequence || bytes[1] !== bytes.length - 2) return false;
  const endOfR = endOfInteger(bytes, 2);
  return endOfR !== null && endOfInteger(bytes, endOfR) === bytes.length;
}

function endOfInteger(bytes: Buffer, start: number): number | null {
  const [tag, length = 0, first = 0, second = 0] = bytes.subarray(start, start + 4);
  const isPadded = length > 1 && first === 0 && second < 0x80;
  const isOne = tag === integer && length >= 1 && length <= mostIntegerBytes && first < 0x80 && !isPadded;
  return isOne ? start + 2 + length : null;
}
