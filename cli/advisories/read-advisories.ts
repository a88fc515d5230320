import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import * as z from "zod/mini";
import { CliError } from "../errors.js";
import type { Advisory } from "./advisory.js";

const text = z.string().check(z.minLength(1));

const list = z.strictObject({
  advisories: z.array(
    z.strictObject({
      id: z.string().check(z.regex(/^AW-\d{4}-\d{3}$/)),
      item: text,
      versions: text.check(z.refine((range) => semver.validRange(range) !== null)),
      severity: z.enum(["low", "moderate", "high", "critical"]),
      text,
      fix: text,
      reviewedBy: z.array(text).check(z.refine((names) => new Set(names).size >= 2)),
    }),
  ),
});

/** advisories.json of the package at `root`; a catalogue that is not the package's own may have none. */
export function readAdvisories(root: string): readonly Advisory[] {
  if (!existsSync(join(root, "advisories.json"))) return [];
  try {
    return checkAdvisories(JSON.parse(readFileSync(join(root, "advisories.json"), "utf8")));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw damaged((error as Error).message);
  }
}

/** Checks a parsed advisories.json: its shape, that ranges are ranges, that each id stands there once and is signed off. */
export function checkAdvisories(json: unknown): readonly Advisory[] {
  const parsed = list.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(`${issue!.path.join(".")}: ${issue!.code}`);
  }
  const ids = parsed.data.advisories.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice) throw damaged(`${twice} stands there twice`);
  return parsed.data.advisories;
}

function damaged(reason: string): CliError {
  return new CliError("DamagedRegistry", `advisories.json is damaged (${reason}): install authwright again`);
}
