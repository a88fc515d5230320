import { writeJsonLine } from "./json-lines.js";

/** Where a request came from. */
export interface ClientInfo {
  ip: string | null;
  userAgent: string | null;
}

/** Names of the OWASP logging vocabulary. An add-on declares its own beside its code. */
export interface EventNames {
  user_created: true;
  user_updated: true;
  user_username_change: true;
  user_deleted: true;
  authn_login_success: true;
  authn_login_fail: true;
  authn_login_throttled: true;
  authn_logout: true;
  authn_logout_all: true;
  authn_password_change: true;
  authn_password_change_fail: true;
  /** A session has ended because whoever had it guessed at the password. */
  authn_reauth_fail_max: true;
  authn_token_reuse: true;
  sys_error: true;
  sys_startup: true;
}

export type EventName = keyof EventNames;

/** What happened, never with a password, token, hash or submitted name in it. */
export interface AuthEvent {
  event: EventName;
  outcome: "success" | "failure";
  userId?: string | undefined;
  /** Who did it to the user, where that was somebody else: the id of an admin. */
  actorId?: string | undefined;
  sessionId?: string | undefined;
  client?: ClientInfo | undefined;
  /** A code or a fixed sentence: nothing that a client sent. */
  reason?: string | undefined;
}

export type EventSink = (event: AuthEvent) => void | Promise<void>;

/** Who hears of events. Put your own logger here; an add-on appends its own. */
export const eventSinks: EventSink[] = [writeJsonLine];

const hourMs = 3_600_000;
const dueAgain = new Map<string, number>();

/**
 * Tells every sink, and waits: what a client was answered has been recorded. A sink that fails stops neither the others
 * nor the request.
 */
export async function emit(event: AuthEvent): Promise<void> {
  await Promise.all(eventSinks.map((sink) => tell(sink, event)));
}

/**
 * Tells of what somebody has to put right, once an hour however often it is met.
 *
 * @param problem what is counted as one. Like `reason`, nothing that a client sent.
 */
export async function tellHourly(problem: string, reason: string): Promise<void> {
  if (performance.now() < (dueAgain.get(problem) ?? 0)) return;
  dueAgain.set(problem, performance.now() + hourMs);
  await emit({ event: "sys_error", outcome: "failure", reason });
}

/**
 * Calls `handler` at every event of that name: `onEvent("authn_token_reuse", ({ userId }) => warn(userId))`.
 *
 * @returns what to call to end it.
 */
export function onEvent(name: EventName, handler: EventSink): () => void {
  const sink: EventSink = (event) => (event.event === name ? handler(event) : undefined);
  eventSinks.push(sink);
  return () => {
    const at = eventSinks.indexOf(sink);
    if (at !== -1) eventSinks.splice(at, 1);
  };
}

async function tell(sink: EventSink, event: AuthEvent): Promise<void> {
  try {
    await sink(event);
  } catch (error) {
    const reason = `An event sink failed at ${event.event}: ${error instanceof Error ? error.name : typeof error}`;
    writeJsonLine({ event: "sys_error", outcome: "failure", reason });
  }
}
