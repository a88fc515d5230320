import * as z from "zod/mini";
import { envName, identifier, importable, line, path, slug, sourcePath } from "../registry-shape.js";

const whole = z.number().check(z.int(), z.minimum(0), z.maximum(1_000_000_000));
const level = z.enum(["unsafe", "warning"]);
const names = z.array(identifier).check(z.maxLength(50));
const said = { what: line, why: line, fix: line };

const secret = z.strictObject({
  /** The fewest bytes that it may have. */
  least: whole,
  /** It stays in .env as long as the database does: without it what is in there can't be used. */
  keptWith: z.exactOptional(z.literal("database")),
  /** `doctor` looks for private keys that lie about. */
  form: z.exactOptional(z.literal("private key")),
  /** What is lost without it, of a database that stays: "no account in it can log in any more". */
  lost: z.exactOptional(line),
});

const secrets = z.strictObject({
  names: z.record(envName, secret),
  /** Why a weak one is unsafe, and one that others know. */
  weak: z.exactOptional(line),
  known: z.exactOptional(line),
});

const guards = z.strictObject({
  /** What goes before a handler, and the file that exports it. */
  exports: z.exactOptional(z.record(importable, sourcePath)),
  /** What else these files export, and that guards nothing. */
  helpers: z.exactOptional(names),
  /** Functions that ask who a request is from: a route must not open when one of them fails. */
  asks: z.exactOptional(names),
  /** The same in files of the item alone, where the name is no other's. */
  asksWithin: z.exactOptional(names),
  /** Those of them whose yes refuses the request. */
  denies: z.exactOptional(names),
  /** Lists of the item's own that stand between a request and the user's data. */
  lists: z.exactOptional(names),
});

/** Code in a file of the item that must not get lost: `code` as it reads, whatever its layout and quotes. */
const protection = z.strictObject({
  file: path,
  code: z.array(line.check(z.maxLength(200))).check(z.minLength(1), z.maxLength(20)),
  what: line,
  why: line,
});

/** How code may set a value. `per`: how many of its units make one of the rule's. */
const held = z.strictObject({ variable: envName, names, per: z.exactOptional(whole) });
const handed = z.strictObject({
  call: identifier,
  of: z.exactOptional(identifier),
  at: whole,
  per: z.exactOptional(whole),
});

const bound = z.strictObject({
  kind: z.literal("bound"),
  check: slug,
  level,
  variable: envName,
  least: z.exactOptional(whole),
  most: z.exactOptional(whole),
  held: z.array(held).check(z.maxLength(10)),
  handed: z.exactOptional(z.array(handed).check(z.maxLength(20))),
  ...said,
  /** Of a value in an environment file, where that reads otherwise. */
  inEnv: z.exactOptional(z.strictObject({ what: line, fix: line })),
});

const onOff = z.strictObject({
  kind: z.literal("switch"),
  check: slug,
  variable: envName,
  off: line,
  /** Members and constants of the item's own files that hold it. */
  names,
  ...said,
});

const option = z.strictObject({
  kind: z.literal("option"),
  check: slug,
  level,
  /** Members of an object that must not be true, or not more than `most`. */
  members: z.record(identifier, z.strictObject({ most: z.exactOptional(whole) })),
  ...said,
});

/** A time from which on a variable says nothing any more. */
const until = z.strictObject({ kind: z.literal("until"), check: slug, variable: envName, ...said });

/** A variable that is to be the same wherever it stands; `except` is the value of a developer's own machine. */
const same = z.strictObject({
  kind: z.literal("same"),
  check: slug,
  variable: envName,
  except: z.exactOptional(line),
  ...said,
});

/** What an item says of itself: templates/<item>/facts.json. facts.schema.json says the same to editors. */
export const factsShape = z.strictObject({
  $schema: z.exactOptional(line),
  secrets: z.exactOptional(secrets),
  guards: z.exactOptional(guards),
  protects: z.exactOptional(z.array(protection).check(z.maxLength(200))),
  settings: z.exactOptional(
    z.array(z.discriminatedUnion("kind", [bound, onOff, option, until, same])).check(z.maxLength(50)),
  ),
});
