import { config } from "../config.js";
import { algorithm } from "./algorithm.js";
import type { Algorithm } from "./jwk.js";

export interface KeyTimes {
  readonly publishedAt: Date;
  /** Null for the standby key. */
  readonly signingSince: Date | null;
  /** From then on it only verifies. */
  readonly stoppedAt: Date | null;
}

/**
 * The life of a key: published as standby, signing, stopped, gone. Nothing here asks a clock or a database.
 */
export interface KeyLife extends KeyTimes {
  /** Its thumbprint; "HS256" for the secret that signed before there were keys. */
  readonly kid: string;
  readonly alg: string;
}

export const hs256 = "HS256";

const make: Step = { do: "make", alg: algorithm };

/** How long a key signs. */
const rotateAfterSeconds = 90 * 86_400;
/** How long others may keep the published set. */
export const maxAgeSeconds = 300;
/** Others who have an older set look for a new one: at most so often, as their libraries have it, and ours of 10 s. */
const lookAgainSeconds = 30 + 10;
/** Publish before sign: by then everybody has a set with the key in it. */
export const publishedAheadSeconds = maxAgeSeconds + lookAgainSeconds;
/** Another process may sign for so long with a key that was stopped, and by a clock that is ahead. */
const lateTokenSeconds = 120;
/** A stopped key verifies until the last of its tokens is dead. */
export const overlapSeconds = config.accessTokenSeconds + lateTokenSeconds;

/** So many keys stay within 1 KB. */
const mostPublished = 3;

/** What is to be done to the keys: one thing at a time. */
export type Step =
  | { readonly do: "stop HS256" }
  | { readonly do: "date back"; readonly kid: string }
  | { readonly do: "make"; readonly alg: Algorithm }
  | { readonly do: "start" | "stop" | "delete"; readonly kid: string };

/** What is due, or null. Done again and again until it is null, it makes an empty table a key that signs and one that stands by. */
export function nextStep(keys: readonly KeyLife[], now: Date): Step | null {
  if (keys.length === 0) return { do: "stop HS256" };
  const ahead = keys.find((key) => isAhead(key, now));
  if (ahead) return { do: "date back", kid: ahead.kid };
  const [signing, standby] = [signingKeyOf(keys), standbyOf(keys)];
  if (!signing) {
    const next = standby ?? keys.find(standsBy);
    return next ? { do: "start", kid: next.kid } : make;
  }
  if (!standby && !isFull(keys, now)) return make;
  const outdated = keys.find((key) => isOutdated(key, signing, now));
  if (outdated) return { do: "delete", kid: outdated.kid };
  const isDue = signing.alg !== algorithm || ageSeconds(signing.signingSince, now) >= rotateAfterSeconds;
  return isDue && !whyNotRotate(keys, now) ? { do: "stop", kid: signing.kid } : null;
}

/** Whether tokens of the key are taken, and the key is published: always both, or neither. */
export function isTaken({ stoppedAt }: KeyLife, now: Date): boolean {
  return stoppedAt === null || ageSeconds(stoppedAt, now) < overlapSeconds;
}

/** The key that signs. */
export function signingKeyOf<Key extends KeyLife>(keys: readonly Key[]): Key | undefined {
  return keys.find((key) => key.signingSince !== null && key.stoppedAt === null);
}

/** The key that is published and waits for its turn. */
export function standbyOf<Key extends KeyLife>(keys: readonly Key[]): Key | undefined {
  return keys.find((key) => key.alg === algorithm && standsBy(key));
}

/** The times of a key, none of them after `now`. */
export function timesUntil({ publishedAt, signingSince, stoppedAt }: KeyLife, now: Date): KeyTimes {
  const earlier = (time: Date): Date => (time < now ? time : now);
  return {
    publishedAt: earlier(publishedAt),
    signingSince: signingSince && earlier(signingSince),
    stoppedAt: stoppedAt && earlier(stoppedAt),
  };
}

/**
 * Why no other key can take over now, or null. Threat: one that others have not seen yet signs tokens that they refuse, and
 * with each that still verifies the published set grows.
 */
export function whyNotRotate(keys: readonly KeyLife[], now: Date): string | null {
  const standby = standbyOf(keys);
  const readyAt = standby && after(standby.publishedAt, publishedAheadSeconds);
  if (readyAt && readyAt > now) return `The standby key is not known everywhere before ${readyAt.toISOString()}.`;
  const stopped = published(keys, now).find(({ stoppedAt }) => stoppedAt !== null);
  return stopped ? `The key before this one still verifies, until ${takenUntil(stopped)?.toISOString()}.` : null;
}

/** When the last token of a stopped key is dead. */
export function takenUntil({ stoppedAt }: KeyLife): Date | null {
  return stoppedAt && after(stoppedAt, overlapSeconds);
}

/**
 * Threat: the database's clock was ahead and has been set back. A key, or HS256, that was stopped by it would be taken for as
 * long as it was ahead.
 */
function isAhead({ publishedAt, signingSince, stoppedAt }: KeyLife, now: Date): boolean {
  return [publishedAt, signingSince, stoppedAt].some((time) => ageSeconds(time, now) < -lateTokenSeconds);
}

/** A key whose tokens are all dead, or a standby key of an algorithm that is no longer used. The row of HS256 stays: it says since when. */
function isOutdated(key: KeyLife, signing: KeyLife, now: Date): boolean {
  if (key.kid === hs256) return false;
  if (!isTaken(key, now)) return true;
  return standsBy(key) && key.alg !== algorithm && signing.alg === algorithm && isLeft(key, signing, now);
}

/** One that was published since may be of a process of the version before, which still runs and lets it take over. */
function isLeft(key: KeyLife, signing: KeyLife, now: Date): boolean {
  const wasThere = signing.signingSince !== null && key.publishedAt < signing.signingSince;
  return wasThere || ageSeconds(key.publishedAt, now) >= publishedAheadSeconds + overlapSeconds;
}

/** One that still verifies goes first, where there is a key to sign with even without the next one. */
function isFull(keys: readonly KeyLife[], now: Date): boolean {
  const shown = published(keys, now);
  return shown.length >= mostPublished && shown.some(({ stoppedAt }) => stoppedAt !== null);
}

function standsBy({ signingSince, stoppedAt }: KeyLife): boolean {
  return signingSince === null && stoppedAt === null;
}

function published<Key extends KeyLife>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter((key) => key.kid !== hs256 && isTaken(key, now));
}

function ageSeconds(since: Date | null, now: Date): number {
  return since ? (now.getTime() - since.getTime()) / 1000 : 0;
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
