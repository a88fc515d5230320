import type { Request } from "express";
import { dpopConfig } from "./config.js";
import { currentNonce } from "./nonces.js";
import { type Proof, readProof } from "./proof.js";
import type { Refusals } from "./refusals.js";
import { replays, type Transaction } from "./replays.js";
import { type Target, targetOf } from "./target.js";

/** A request may be asked for its proof several times, by guards and by what starts a session: that is one use. */
const proofs = new WeakMap<Request, Proof>();
const uses = new WeakMap<Proof, Promise<void>>();

/** What browsers let a page of another origin read only where it is named (CORS). */
const exposed = "DPoP-Nonce, WWW-Authenticate";

export function hasProof(req: Request): boolean {
  return req.headers["dpop"] !== undefined;
}

/** The proof of the request, for its own method and URL. It is not used yet: see `useProof`. @throws AuthError of `refusals` */
export function proofOf(req: Request, refusals: Refusals): Proof {
  const known = proofs.get(req);
  if (known) return known;
  const proof = proofFor(req, targetOf(req), refusals);
  proofs.set(req, proof);
  return proof;
}

/** The same, for the method and URL of a request to somebody else. @throws AuthError of `refusals` */
export function proofFor(req: Request, target: Target, refusals: Refusals): Proof {
  offerNonce(req);
  return readProof(proofTexts(req), target, refusals);
}

/** Where other servers than Node's make up the request, it may have nothing but `headers`: two in one text are no JWT. */
function proofTexts({ headersDistinct, headers }: Request): string[] {
  return headersDistinct["dpop"] ?? [headers["dpop"] ?? []].flat();
}

/**
 * Takes the proof for used.
 *
 * @param tx the transaction that it is used for: where that is taken back, so may the use be.
 * @throws AuthError of `refusals` when it was used before, "ServiceUnavailable" when nobody can tell.
 */
export function useProof(proof: Proof, refusals: Refusals, tx?: Transaction): Promise<void> {
  const use = uses.get(proof) ?? useOnce(proof, refusals, tx);
  if (!tx || replays.outlivesTransactions) uses.set(proof, use);
  return use;
}

async function useOnce({ id }: Proof, refusals: Refusals, tx?: Transaction): Promise<void> {
  if (!(await replays.isFirstUse(id, tx))) throw refusals.invalid("The proof was used before.");
}

/**
 * Every answer brings the nonce of now (RFC 9449, section 8.2), so that the next request has a good one. No cache may keep
 * such an answer, unless its handler says otherwise.
 */
export function offerNonce({ res, headers }: Request): void {
  if (!res || res.headersSent || res.hasHeader("DPoP-Nonce")) return;
  if (dpopConfig.nonces) {
    res.setHeader("DPoP-Nonce", currentNonce());
    if (!res.hasHeader("Cache-Control")) res.setHeader("Cache-Control", "no-store");
  }
  if (headers.origin !== undefined) res.append("Access-Control-Expose-Headers", exposed);
}
