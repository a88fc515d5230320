import { createHash } from "node:crypto";
import { AuthError, codeOf } from "../errors.js";
import { tellHourly } from "../events.js";
import { writeJsonLine } from "../json-lines.js";
import { notOpened } from "../vault/at-rest.js";
import { type Algorithm, isAlgorithm, type PublicJwk, type SigningKey } from "./jwk.js";
import { doWhatIsDue } from "./key-changes.js";
import { ringInEnvironment, sayRingInEnvironment } from "./key-in-environment.js";
import { hs256, isTaken, nextStep, signingKeyOf, takenUntil } from "./key-life.js";
import { openKey } from "./sealed-keys.js";
import { readKeys, type StoredKey, type StoredKeys } from "./store.js";

/**
 * The keys as this process knows them: what signs, what verifies and what is published come from one look at the database.
 * It looks again beside the requests that come, and asks nothing without any.
 */
const lookAgainMs = 1_000;
/** A request waits for a look where the last one is older than that: whatever was retired elsewhere is refused by then. */
const waitAfterMs = 1_500;
/** A database that does not answer holds nobody up for longer, while what was known last counts. */
const waitAtMostMs = 1_000;
/** In an outage of the database, what was known last counts for so long. */
const staleAfterMs = 10_000;
/** For a key that nobody knows the database is asked at most so often: anybody can name one. */
const unknownKeyMs = 30_000;

export interface KeyRing {
  /** By their `kid`; null for one that no secret opens. */
  readonly keys: ReadonlyMap<string, SigningKey | null>;
  /** The `kid` of the key that signs. */
  readonly signing: string | undefined;
  readonly takesHs256: boolean;
}

/** One published key (RFC 7517). */
export interface PublishedKey extends PublicJwk {
  readonly kid: string;
  readonly use: "sig";
  readonly alg: Algorithm;
}

/** Two clocks: one that nobody sets back, one that goes on while the machine sleeps. */
interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

interface Look {
  readonly ring: KeyRing;
  readonly at: Moment;
}

let last: Look | undefined;
let looking: Promise<KeyRing> | undefined;
let lookingSinceMs = 0;
let askedForUnknownAtMs = Number.NEGATIVE_INFINITY;
let isSaid = false;
/** Keys that are open, by what is stored of them: opening one costs a hundred times a look at it. */
let opened = new Map<string, SigningKey | null>();

/**
 * The keys of now; no promise where there is nothing to wait for.
 *
 * @throws AuthError "ServiceUnavailable" when they can't be known.
 */
export function keyRing(): KeyRing | Promise<KeyRing> {
  if (!ringInEnvironment) return ringInDatabase();
  sayRingInEnvironment();
  return ringInEnvironment;
}

function ringInDatabase(): KeyRing | Promise<KeyRing> {
  const ageMs = last ? elapsedMs(last.at) : Number.POSITIVE_INFINITY;
  if (last && ageMs < lookAgainMs) return last.ring;
  const look = lookAgain();
  if (!last || ageMs >= staleAfterMs) return look;
  look.catch(() => undefined);
  return ageMs < waitAfterMs || isLate() ? last.ring : orKnown(look, last.ring);
}

/** The key behind a `kid`; undefined where there is none. @throws AuthError "ServiceUnavailable" where no secret opens it. */
export function keyOf({ keys }: KeyRing, kid: string): SigningKey | undefined {
  const key = keys.get(kid);
  if (key === null) throw notOpened(`The signing key ${kid}`);
  return key;
}

/** The key that signs. @throws AuthError "ServiceUnavailable" */
export async function keyThatSigns(): Promise<SigningKey> {
  const ring = await keyRing();
  const key = ring.signing === undefined ? undefined : keyOf(ring, ring.signing);
  if (!key) throw new AuthError("ServiceUnavailable", { detail: "There is no key that signs." });
  return key;
}

/** The keys after another look, for a `kid` that they lack: another process may just have made it. */
export function afterUnknownKey(ring: KeyRing): KeyRing | Promise<KeyRing> {
  if (ringInEnvironment || performance.now() - askedForUnknownAtMs < unknownKeyMs) return ring;
  askedForUnknownAtMs = performance.now();
  return orKnown(lookAgain(), ring);
}

/** The key set that everybody may have (RFC 7517). @throws AuthError "ServiceUnavailable" where a key is missing in it. */
export async function publishedKeys(): Promise<{ keys: PublishedKey[] }> {
  const ring = await keyRing();
  const keys = [...ring.keys.keys()].flatMap((kid) => keyOf(ring, kid) ?? []);
  return { keys: keys.map(({ jwk: { kty, crv, x, y }, kid, alg }) => ({ kty, use: "sig", alg, kid, crv, x, y })) };
}

/** The entity tag of a key set: others ask again and again for what has not changed. */
export function entityTag(body: string): string {
  return `"${createHash("sha256").update(body).digest("base64url")}"`;
}

/** Forgets the keys, after a look that is under way: the next request looks anew. */
export async function closeKeyRing(): Promise<void> {
  await looking?.catch(() => undefined);
  last = undefined;
  askedForUnknownAtMs = Number.NEGATIVE_INFINITY;
  opened = new Map();
}

/** One look at a time. */
function lookAgain(): Promise<KeyRing> {
  if (looking) return looking;
  lookingSinceMs = performance.now();
  looking = look().finally(() => {
    looking = undefined;
  });
  return looking;
}

function isLate(): boolean {
  return performance.now() - lookingSinceMs >= waitAtMostMs;
}

/** What is found, or what is known where that fails or is late. */
async function orKnown(found: Promise<KeyRing>, known: KeyRing): Promise<KeyRing> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<KeyRing>((resolve) => {
    timer = setTimeout(resolve, waitAtMostMs, known);
  });
  return Promise.race([found.catch(() => known), late]).finally(() => clearTimeout(timer));
}

async function look(): Promise<KeyRing> {
  const at = moment();
  const stored = await readKeys();
  const current = nextStep(stored.keys, stored.readAt) ? await bringUpToDate(stored) : stored;
  last = { ring: toRing(current), at };
  if (!isSaid) say(current);
  return last.ring;
}

/** What is due can wait while there is a key that signs. */
async function bringUpToDate(stored: StoredKeys): Promise<StoredKeys> {
  try {
    return await doWhatIsDue();
  } catch (error) {
    if (!signingKeyOf(stored.keys)) throw error;
    const why = error instanceof AuthError ? error.code : (error instanceof Error && codeOf(error)) || "failed";
    void tellHourly("signing keys", `The signing keys could not be brought up to date: ${why}`);
    return stored;
  }
}

function toRing({ keys, readAt }: StoredKeys): KeyRing {
  const taken = keys.filter((key) => isTaken(key, readAt));
  const found = taken
    .filter(({ alg }) => isAlgorithm(alg))
    .map((key): [StoredKey, SigningKey | null] => [key, openOnce(key)]);
  opened = new Map(found.map(([key, open]) => [`${key.kid} ${key.sealed}`, open]));
  return {
    keys: new Map(found.map(([{ kid }, open]) => [kid, open])),
    signing: signingKeyOf(keys)?.kid,
    takesHs256: taken.some(({ kid }) => kid === hs256),
  };
}

function openOnce({ kid, sealed }: StoredKey): SigningKey | null {
  const known = opened.get(`${kid} ${sealed}`);
  return known === undefined ? openKey(kid, sealed) : known;
}

/** Once, when a process has started: what signs, and until when the tokens of before are good. */
function say({ keys, readAt }: StoredKeys): void {
  isSaid = true;
  const before = keys.find((key) => key.kid === hs256 && isTaken(key, readAt));
  const until = before && takenUntil(before)?.toISOString();
  const others = until
    ? `those signed with HS256 are taken until ${until}`
    : "none signed with HS256 is taken any more";
  const reason = `Access tokens are signed with ${signingKeyOf(keys)?.alg ?? "no key"}; ${others}`;
  writeJsonLine({ event: "sys_startup", outcome: "success", reason });
}

function moment(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

function elapsedMs({ monotonicMs, wallMs }: Moment): number {
  return Math.max(performance.now() - monotonicMs, Date.now() - wallMs);
}
