import { createHmac, randomBytes } from "node:crypto";
import type { AuthEvent } from "../events.js";
import type { WebhookTarget } from "./config.js";

/** One event on its way. The id is the same at each attempt: the receiver takes it once. */
export interface Message {
  messageId: string;
  userId: string | null;
  /** Who did it to the user, where that was somebody else. */
  actorId: string | null;
  payload: string;
}

/** The body as docs/auth/events.md describes it: receivers rely on it. */
export function messageOf(
  { event, outcome, userId, actorId, sessionId, client, reason }: AuthEvent,
  time: Date,
): Message {
  const data = {
    outcome,
    userId: userId ?? null,
    actorId: actorId ?? null,
    sessionId: sessionId ?? null,
    ip: client?.ip ?? null,
    userAgent: client?.userAgent ?? null,
    reason: reason ?? null,
  };
  return {
    messageId: `msg_${randomBytes(16).toString("base64url")}`,
    userId: data.userId,
    actorId: data.actorId,
    payload: JSON.stringify({ type: `auth.${event}`, timestamp: time.toISOString(), data }),
  };
}

/** The body of a message without what names its client's place: the id stays, and so does what happened. */
export function withoutClient(payload: string): string {
  const body = JSON.parse(payload) as { data: object };
  return JSON.stringify({ ...body, data: { ...body.data, ip: null, userAgent: null } });
}

/** The headers of Standard Webhooks 1.0.0: `v1` is HMAC-SHA-256 over `id.timestamp.body`. */
export function signedHeaders({ messageId, payload }: Message, key: Buffer): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", key).update(`${messageId}.${timestamp}.${payload}`).digest("base64");
  return { "webhook-id": messageId, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

/**
 * Sends the message once. A redirect is not followed: only the configured receiver gets what is signed for it. Of the
 * answer, nothing but the status is read.
 *
 * @throws what `fetch` throws, and an AbortError when `signal` ends it.
 */
export async function post(message: Message, { url, key }: WebhookTarget, signal: AbortSignal): Promise<number> {
  const headers = { "content-type": "application/json", "user-agent": "auth-events", ...signedHeaders(message, key) };
  const answer = await fetch(url, { method: "POST", headers, body: message.payload, redirect: "manual", signal });
  await answer.body?.cancel();
  return answer.status;
}
