import type { Database } from "../../db/client.js";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { generateKey } from "./jwk.js";
import { hs256, type KeyLife, nextStep, type Step, signingKeyOf, whyNotRotate } from "./key-life.js";
import { openKey, sealKey } from "./sealed-keys.js";
import { deleteKey, insertKey, inTurn, keysIn, type StoredKey, type StoredKeys, updateKey } from "./store.js";

declare module "../events.js" {
  interface EventNames {
    /** Another key signs from now on. */
    sys_key_rotated: true;
    /** Tokens of a key are refused from now on, before they have expired. */
    sys_key_retired: true;
  }
}

/** Does what is due: of many processes that start on an empty table, one makes the keys. */
export async function doWhatIsDue(): Promise<StoredKeys> {
  return changeKeys(() => Promise.resolve());
}

/** Lets the standby key sign. @throws AuthError "ForbiddenError" where that would be too early. */
export async function rotateKeys(): Promise<StoredKeys> {
  return changeKeys(async (tx, { keys, readAt }) => {
    const refusal = whyNotRotate(keys, readAt);
    if (refusal) throw refused(refusal);
    const signing = signingKeyOf(keys);
    if (signing) await take(tx, { do: "stop", kid: signing.kid }, { keys, readAt });
  });
}

/**
 * Ends a key: the one that signs as `rotateKeys` does, the standby key at once. With `now` any key, HS256 too, is gone at
 * once: for one that has leaked.
 *
 * @throws AuthError "ForbiddenError" where there is no such key, or it is too early.
 */
export async function retireKey(kid: string, { now }: { now: boolean }): Promise<StoredKeys> {
  const isSigning = ({ keys }: StoredKeys): boolean => signingKeyOf(keys)?.kid === kid;
  const before = await doWhatIsDue();
  if (!now && isSigning(before)) return rotateKeys();
  const after = await changeKeys(async (tx, stored) => {
    const key = stored.keys.find((one) => one.kid === kid);
    if (!key) throw refused(`There is no key ${kid}.`);
    if (!now && key.stoppedAt) throw refused("It has stopped signing, and goes with the last of its tokens.");
    if (!now && isSigning(stored)) throw refused("It has just begun to sign. Try again.");
    await take(tx, { do: "delete", kid }, stored);
  });
  await emit({ event: "sys_key_retired", outcome: "success", reason: `Tokens of key ${kid} are refused` });
  return after;
}

async function changeKeys(change: (tx: Database, stored: StoredKeys) => Promise<void>): Promise<StoredKeys> {
  const { before, after } = await inTurn(async (tx) => {
    const before = await keysIn(tx);
    await change(tx, await settle(tx));
    return { before, after: await settle(tx) };
  });
  await tellRotation(signingKeyOf(before.keys), signingKeyOf(after.keys));
  return after;
}

/** Each step is taken on what the one before it has left. */
async function settle(tx: Database): Promise<StoredKeys> {
  const stored = await keysIn(tx);
  const step = nextStep(stored.keys, stored.readAt);
  if (!step) return stored;
  await take(tx, step, stored);
  return settle(tx);
}

async function take(tx: Database, step: Step, { keys, readAt }: StoredKeys): Promise<void> {
  switch (step.do) {
    case "stop HS256":
      return insertKey(tx, { ...standby, kid: hs256, alg: hs256, publishedAt: readAt, stoppedAt: readAt });
    case "make": {
      const key = generateKey(step.alg);
      return insertKey(tx, { ...standby, kid: key.kid, alg: key.alg, sealed: sealKey(key), publishedAt: readAt });
    }
    case "start":
      return updateKey(tx, step.kid, { signingSince: readAt });
    case "stop":
      return updateKey(tx, step.kid, { stoppedAt: readAt, ...withoutPrivatePart(keys, step.kid) });
    case "delete":
      return deleteKey(tx, step.kid);
  }
}

const standby = { sealed: null, signingSince: null, stoppedAt: null };

/** What will never sign again is not kept. A row that no secret opens stays as it is. */
function withoutPrivatePart(keys: readonly StoredKey[], kid: string): { sealed?: string } {
  const { sealed } = keys.find((key) => key.kid === kid) ?? {};
  const key = sealed ? openKey(kid, sealed) : null;
  return key ? { sealed: sealKey({ ...key, privateKey: undefined }) } : {};
}

function refused(detail: string): AuthError {
  return new AuthError("ForbiddenError", { detail });
}

async function tellRotation(before: KeyLife | undefined, after: KeyLife | undefined): Promise<void> {
  if (!before || !after || before.kid === after.kid) return;
  const reason = `Access tokens are signed with ${after.alg}, key ${after.kid}`;
  await emit({ event: "sys_key_rotated", outcome: "success", reason });
}
