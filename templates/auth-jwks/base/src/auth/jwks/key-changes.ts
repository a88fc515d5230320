import type { Database } from "../../db/client.js";
import { AuthError } from "../errors.js";
import { emit } from "../events.js";
import { generateKey } from "./jwk.js";
import { hs256, nextStep, type Step, signingKeyOf, timesUntil, whyNotRotate } from "./key-life.js";
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

/**
 * Does what is due: of many processes that start on an empty table, one makes the keys. Whoever needs a key waits for no one
 * who hears of it.
 */
export async function doWhatIsDue(): Promise<StoredKeys> {
  const { before, after } = await changeKeys(() => Promise.resolve());
  void tellRotation(before, after);
  return after;
}

/** Lets the standby key sign. @throws AuthError "ForbiddenError" where that would be too early. */
export async function rotateKeys(): Promise<StoredKeys> {
  const { before, after } = await changeKeys(async (tx, { keys, readAt }) => {
    const refusal = whyNotRotate(keys, readAt);
    if (refusal) throw refused(refusal);
    const signing = signingKeyOf(keys);
    if (signing) await take(tx, { do: "stop", kid: signing.kid }, { keys, readAt });
  });
  await tellRotation(before, after);
  return after;
}

/**
 * Ends a key: the one that signs as `rotateKeys` does, the standby key at once. With `now` any key, HS256 too, is gone at
 * once: for one that has leaked.
 *
 * @throws AuthError "ForbiddenError" where there is no such key, or it is too early.
 */
export async function retireKey(kid: string, { now }: { now: boolean }): Promise<StoredKeys> {
  const isSigning = ({ keys }: StoredKeys): boolean => signingKeyOf(keys)?.kid === kid;
  if (!now && isSigning(await doWhatIsDue())) return rotateKeys();
  const { before, after } = await changeKeys(async (tx, stored) => {
    const key = stored.keys.find((one) => one.kid === kid);
    if (!key) throw refused(`There is no key ${kid}.`);
    if (!now && key.stoppedAt) throw refused("It has stopped signing, and goes with the last of its tokens.");
    if (!now && isSigning(stored)) throw refused("It has just begun to sign. Try again.");
    await take(tx, { do: "delete", kid }, stored);
  });
  await tellRotation(before, after);
  await emit({ event: "sys_key_retired", outcome: "success", reason: `Tokens of key ${kid} are refused` });
  return after;
}

interface Changed {
  readonly before: StoredKeys;
  readonly after: StoredKeys;
}

async function changeKeys(change: (tx: Database, stored: StoredKeys) => Promise<void>): Promise<Changed> {
  return inTurn(async (tx) => {
    const before = await keysIn(tx);
    await change(tx, await settle(tx));
    return { before, after: await settle(tx) };
  });
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
    case "date back":
      return updateKey(tx, step.kid, datedBack(keys, step.kid, readAt));
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
  const key = openKey(kid, keys.find((one) => one.kid === kid)?.sealed ?? null);
  return key ? { sealed: sealKey({ ...key, privateKey: undefined }) } : {};
}

function datedBack(keys: readonly StoredKey[], kid: string, readAt: Date): Partial<StoredKey> {
  const key = keys.find((one) => one.kid === kid);
  return key ? timesUntil(key, readAt) : {};
}

function refused(detail: string): AuthError {
  return new AuthError("ForbiddenError", { detail });
}

async function tellRotation({ keys: before }: StoredKeys, { keys: after }: StoredKeys): Promise<void> {
  const [signed, signs] = [signingKeyOf(before), signingKeyOf(after)];
  if (!signed || !signs || signed.kid === signs.kid) return;
  const reason = `Access tokens are signed with ${signs.alg}, key ${signs.kid}`;
  await emit({ event: "sys_key_rotated", outcome: "success", reason });
}
