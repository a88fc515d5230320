import { type ClientInfo, emit } from "../events.js";
import { markRevoked } from "../revocations.js";
import { deviceInWords } from "./device-words.js";
import { findLiveSessions, revokeOtherSessions } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_logout_others: true;
  }
}

/** How many sessions one answer lists: somebody with the password can start any number. */
const pageSize = 100;

/** Which session of which user asks. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
}

/** The live sessions with their devices in words, the one that was used last first, and what to ask `after` for more. */
export async function listSessionsInWords({ userId, sessionId }: Caller, after?: string) {
  const found = await findLiveSessions(userId, pageSize + 1, after);
  const page = found.slice(0, pageSize);
  const sessions = page.map((session) => ({
    ...session,
    device: deviceInWords(session.userAgent),
    current: session.id === sessionId,
  }));
  return { sessions, next: found.length > pageSize ? (page[pageSize - 1]?.id ?? null) : null };
}

/**
 * Ends every login of the caller but this one, those in flight too. Where there was none, nothing is told: a client could
 * fill the log with that.
 *
 * @returns the user's session epoch from now on.
 * @throws AuthError "InvalidAccessToken"
 */
export async function endOtherSessions({ userId, sessionId }: Caller, client: ClientInfo): Promise<number> {
  const { ended, epoch } = await revokeOtherSessions(userId, sessionId);
  markRevoked(ended);
  if (ended.length > 0) await emit({ event: "authn_logout_others", outcome: "success", userId, sessionId, client });
  return epoch;
}
