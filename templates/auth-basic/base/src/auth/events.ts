/** Where a request came from. */
export interface ClientInfo {
  ip: string | null;
  userAgent: string | null;
}

/** Names of the OWASP logging vocabulary. */
export type EventName =
  | "user_created"
  | "user_updated"
  | "user_deleted"
  | "authn_login_success"
  | "authn_login_fail"
  | "authn_login_throttled"
  | "authn_logout"
  | "authn_logout_all"
  | "authn_password_change"
  | "authn_password_change_fail"
  | "authn_token_reuse"
  | "sys_error";

/** What happened, never with a password, token, hash or submitted name in it. */
export interface AuthEvent {
  event: EventName;
  outcome: "success" | "failure";
  userId?: string | undefined;
  sessionId?: string | undefined;
  client?: ClientInfo | undefined;
  /** A code or a fixed sentence: nothing that a client sent. */
  reason?: string | undefined;
}

export type EventSink = (event: AuthEvent) => void;

/** Who hears of events. Put your own logger here. */
export const eventSinks: EventSink[] = [writeJsonLine];

export function emit(event: AuthEvent): void {
  for (const sink of eventSinks) sink(event);
}

/** One line an event; JSON escapes whatever could break the line. */
function writeJsonLine({ client, ...event }: AuthEvent): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...event, ...client })}\n`);
}
