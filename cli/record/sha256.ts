import { createHash } from "node:crypto";

/** The hash, in hex, by which a record knows a text, and a recovery the bytes that it wrote. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
