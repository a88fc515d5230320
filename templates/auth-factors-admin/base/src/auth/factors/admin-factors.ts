import { type Admin, getUser } from "../admin/admin.js";
import { act } from "../admin/store.js";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { markRevoked } from "../revocations.js";
import { type FactorUser, findFactorUsers } from "./admin-factor-store.js";
import { dropDeadline } from "./deadline-store.js";
import { deleteFactors, type Factor, isMain, kindsIn, listFactors } from "./factor-store.js";
import { countCodes } from "./recovery-code-store.js";
import { endSessionsAtNextEpoch } from "./session-store.js";

declare module "../events.js" {
  interface EventNames {
    /** An admin lets the time begin anew that a user has to set a factor. */
    authn_factor_time_renewed: true;
  }
}

/** Users with a second factor, page by page; `next` is null at the end. */
export async function listFactorUsers(
  after: string,
  limit: number,
): Promise<{ users: FactorUser[]; next: string | null }> {
  const found = await findFactorUsers(after, limit + 1);
  const users = found.slice(0, limit);
  return { users, next: found.length > limit ? (users.at(-1)?.id ?? null) : null };
}

/** What one user has. @throws AuthError "NotFound" */
export async function factorsOf(id: string): Promise<{ factors: Factor[]; recoveryCodes: number }> {
  await getUser(id);
  return { factors: await listFactors(id), recoveryCodes: await countCodes(id) };
}

/**
 * Takes every factor of a user away who has lost it, and gives them the time of their role anew to set another one. Every
 * session ends: whoever has found the phone may be in one.
 *
 * @throws AuthError "NotFound" without such a user, or anything to take away; "ForbiddenError" for who is no admin any more.
 */
export async function removeFactorsOf(id: string, { userId: actorId, client }: Admin): Promise<void> {
  const { kinds, ended } = await act(actorId, id, async (tx) => {
    const had = await kindsIn(tx, id);
    const hadDeadline = await dropDeadline(tx, id);
    if (had.length === 0 && !hadDeadline) throw new AuthError("NotFound");
    await deleteFactors(tx, id);
    return { kinds: had, ended: await endSessionsAtNextEpoch(tx, id) };
  });
  markRevoked(ended);
  const done = { outcome: "success", userId: id, actorId, client } as const;
  for (const { name: reason } of kinds.filter(isMain)) await emit({ event: "authn_factor_removed", reason, ...done });
  await emit({ event: "authn_factor_time_renewed", ...done });
}
