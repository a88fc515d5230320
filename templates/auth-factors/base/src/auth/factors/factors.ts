import { type Database, transaction } from "../../db/client.js";
import { type Caller, checkLogin, type Opened, openSession } from "../accounts.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import { markRevoked } from "../revocations.js";
import type { NewSession } from "../sessions.js";
import { findCredentials } from "../store.js";
import { admitChange } from "../throttle.js";
import type { FactorKind } from "./factor-kinds.js";
import { deleteFactors, deleteKind, isMain, kindsIn, lockOwner } from "./factor-store.js";
import { twoFactors } from "./login-check.js";
import { endSessionsAtNextEpoch } from "./session-store.js";

declare module "../events.js" {
  interface EventNames {
    authn_factor_set: true;
    authn_factor_removed: true;
  }
}

/** Who sets a factor, and what their session has proven. */
export type Setter = Caller & { amr: readonly string[] };

/** Stores the factor that was just proven; false where it can't be any more. */
export type SetFactor = (tx: Database) => Promise<boolean>;

/**
 * Sets a factor that the caller has just proven to have. Their login moves to a new session, which says so; every other
 * session ends, those of logins in flight too: they were started without it.
 *
 * @throws AuthError "InvalidAccessToken" when the account has moved on since; "TooManyRequests".
 */
export async function setFactor(
  { userId, sessionId, amr }: Setter,
  kind: FactorKind,
  set: SetFactor,
  client: ClientInfo,
  session: NewSession,
): Promise<Opened> {
  await admitChange("factor", userId);
  const found = await findCredentials({ id: userId });
  if (!found) throw new AuthError("InvalidAccessToken");
  const { user, sessionEpoch } = found;
  const proven = [...new Set([...amr, ...kind.amr, twoFactors])];
  const login = await checkLogin({ user, sessionEpoch, amr: proven, accept: () => Promise.resolve() }, client);
  let ended: string[] = [];
  const replaces = [sessionId, ...(session.replaces ?? [])];
  const opened = await openSession(login, { ...session, replaces }, client, {
    first: async (tx) => {
      if (!(await lockOwner(tx, userId, sessionEpoch)) || !(await set(tx))) return null;
      ended = await endSessionsAtNextEpoch(tx, userId);
      return { user, sessionEpoch: sessionEpoch + 1 };
    },
    event: "authn_reauthentication",
  });
  if (!opened) throw new AuthError("InvalidAccessToken");
  markRevoked(ended);
  await emit({ event: "authn_factor_set", outcome: "success", userId, reason: kind.name, client });
  return opened;
}

/** Takes all of a kind away, and with the last factor those that are good only beside one. @throws AuthError "NotFound" */
export async function removeFactor(userId: string, kind: FactorKind, client: ClientInfo): Promise<void> {
  await admitChange("factor", userId);
  const isRemoved = await transaction(async (tx) => {
    await lockOwner(tx, userId);
    const before = await kindsIn(tx, userId);
    if (!before.includes(kind)) return false;
    await deleteKind(tx, kind, userId);
    if (!before.some((one) => one !== kind && isMain(one))) await deleteFactors(tx, userId);
    return true;
  });
  if (!isRemoved) throw new AuthError("NotFound");
  await emit({ event: "authn_factor_removed", outcome: "success", userId, reason: kind.name, client });
}
