import { emit } from "../events.js";
import type { SessionStart } from "../hooks.js";
import { markRevoked } from "../revocations.js";
import { sessionsConfig } from "./config.js";
import { countLiveSessions, revokeBeyond } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    authn_session_limit: true;
  }
}

const { sessionsPerUser } = sessionsConfig;

/**
 * Ends the oldest sessions of a user who has more than SESSIONS_PER_USER, never the one that was just started. One that
 * this takes the place of does not count: a second login in one browser ends nothing elsewhere.
 */
export const limitSessions: SessionStart = async ({ id, userId }, client, replaced) => {
  if (sessionsPerUser === 0 || (await countLiveSessions(userId, replaced)) <= sessionsPerUser) return;
  const ended = await revokeBeyond(sessionsPerUser, userId, id, replaced);
  markRevoked(ended);
  for (const sessionId of ended)
    await emit({ event: "authn_session_limit", outcome: "success", userId, sessionId, client });
};
