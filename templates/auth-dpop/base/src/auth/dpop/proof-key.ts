import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";

/** The key that a proof was signed with. */
export interface ProofKey {
  readonly key: KeyObject;
  /** RFC 7638, in base64url. */
  readonly thumbprint: string;
}

const mostRecentKeys = 2_000;

/** Threat: who sends a private key has shown it to everybody on the way. Node takes one for its public part without a word. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const coordinate = z
  .string()
  .regex(/^[\w-]{43}$/)
  .refine(isCanonical);
const publicJwk = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
  alg: z.literal("ES256").optional(),
  use: z.literal("sig").optional(),
});

/**
 * Keys that were seen lately, since reading one costs half of what a signature does. When `recent` is full it takes the
 * place of `older`: the memory is bounded, and what is in use stays.
 */
let recent = new Map<string, ProofKey>();
let older = new Map<string, ProofKey>();

/** The key behind the `jwk` of a proof, or null: another kind, a private one, or a point that is not on the curve. */
export function readProofKey(jwk: unknown): ProofKey | null {
  const { success, data } = publicJwk.safeParse(jwk);
  if (!success || privateMembers.some((name) => name in (jwk as object))) return null;
  const { kty, crv, x, y } = data;
  const name = `${x}.${y}`;
  const known = recent.get(name) ?? older.get(name) ?? importKey({ kty, crv, x, y });
  if (known && !recent.has(name)) remember(name, known);
  return known;
}

function remember(name: string, key: ProofKey): void {
  if (recent.size >= mostRecentKeys) [recent, older] = [new Map<string, ProofKey>(), recent];
  recent.set(name, key);
}

function importKey(jwk: { kty: "EC"; crv: "P-256"; x: string; y: string }): ProofKey | null {
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return { key, thumbprint: thumbprintOf(key) };
  } catch {
    return null;
  }
}

/** Of what Node has understood, not of what was sent: RFC 7638, section 3.2, has the members of an EC key. */
function thumbprintOf(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

/** Decoders are loose: one key could be spelled in several ways. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, "base64url").toString("base64url") === text;
}
