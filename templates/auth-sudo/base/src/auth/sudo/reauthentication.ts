import { z } from "zod";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { invalid, parseInput } from "../input.js";
import { type Reauthenticated, reauthenticationFactors } from "./factors.js";
import { replaceSession } from "./store.js";
import { markRevoked } from "../revocations.js";
import type { SessionDraft } from "../sessions.js";

declare module "../events.js" {
  interface EventNames {
    authn_reauthentication: true;
  }
}

const anyProof = z.record(z.string(), z.unknown());

/**
 * Proves again who is there, and moves the login to a new session (ASVS 7.2.4, 7.5.1): the old id and its tokens are dead
 * from then on. Of many attempts with one session one wins.
 *
 * @throws AuthError "WrongPassword", "TooManyRequests", "ValidationError" for a body without a proof, and
 * "InvalidAccessToken" when the session has ended or the password was changed in between.
 */
export async function reauthenticate<Handed extends object>(
  current: { userId: string; sessionId: string },
  body: unknown,
  client: ClientInfo,
  session: SessionDraft<Handed>,
): Promise<Handed> {
  const { userId, sessionId } = current;
  const { sessionEpoch } = await prove(userId, parseInput(anyProof, body), client);
  const stored = await replaceSession(sessionId, userId, sessionEpoch, session.row);
  if (!stored) throw new AuthError("InvalidAccessToken");
  markRevoked([sessionId]);
  await emit({ event: "authn_reauthentication", outcome: "success", userId, sessionId: stored.id, client });
  return session.handOver(stored);
}

async function prove(userId: string, body: Record<string, unknown>, client: ClientInfo): Promise<Reauthenticated> {
  for (const factor of reauthenticationFactors) {
    const proven = await factor(userId, body, client);
    if (proven) return proven;
  }
  throw invalid("password", "Send the password.");
}
