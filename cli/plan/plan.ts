import type { Guess } from "../project/project.js";
import type { Appended, InstallRecord } from "../record/schema.js";

/** The user's choices for one run: which item, with which values. */
export interface Selection {
  readonly item: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly mount: string | null;
  readonly sourceDir: string;
  readonly testDir: string;
  /** How the names of its tests end; ".test.ts" where it says nothing. */
  readonly testEnding?: string;
}

/** What every plan says. */
export interface CommonPlan {
  readonly selections: readonly Selection[];
  readonly guesses: readonly Guess[];
  readonly changes: readonly Change[];
  /** What could not be patched: the lines to paste, the file and the place. */
  readonly manual: readonly ManualStep[];
  /** The command that installs what package.json gained; null when nothing changed there or under --no-install. */
  readonly install: readonly string[] | null;
  readonly warnings: readonly string[];
  readonly nextSteps: readonly string[];
  readonly record: InstallRecord;
  /** What package.json gains, for people to read; the edit itself is in `changes`. */
  readonly dependencies: readonly AddedDependency[];
  /** What package.json gains as scripts: name and command, for people to read before it is there. */
  readonly scripts: Readonly<Record<string, string>>;
  /** What gets an entry in a list of an item that it builds on. */
  readonly appends: readonly ({ readonly item: string } & Appended)[];
  /** Items that come or go by themselves, with what they join. */
  readonly companions: readonly { readonly item: string; readonly comesWith: readonly string[] }[];
  /** Items of a second catalogue in this plan. */
  readonly origins: readonly { readonly item: string; readonly source: string; readonly sha256: string }[];
  /** Names of the keys that .env gains; their values are nowhere but in the secret change. */
  readonly env: readonly string[];
}

/** Items come, or another choice of them is made. */
export interface Addition extends CommonPlan {
  readonly kind: "addition";
}

/** Installed items are brought to another version. */
export interface Update extends CommonPlan {
  readonly kind: "update";
  /** The installed version of each item, and the new one. */
  readonly versions: readonly { readonly item: string; readonly from: string; readonly to: string }[];
  /** What it brings, holes that it closes first. */
  readonly brings: readonly string[];
  /** What it does with each file that it doesn't leave as it is. */
  readonly outcomes: readonly FileOutcome[];
  /** Files that get conflict markers, with the three texts that git keeps of such a file. */
  readonly unmerged: readonly Unmerged[];
}

/** The record of an update whose conflict markers are settled. */
export interface Settlement extends CommonPlan {
  readonly kind: "settlement";
}

/** Items go. */
export interface Removal extends CommonPlan {
  readonly kind: "removal";
  /** What package.json and .env lose. */
  readonly removed: {
    readonly dependencies: readonly string[];
    readonly scripts: readonly string[];
    readonly env: readonly string[];
  };
  /** The folders that may go when they are empty; null, where no record says who made them, for any. */
  readonly folders: readonly string[] | null;
  /** What stays, and why. */
  readonly kept: readonly KeptPart[];
}

/** Everything one command will do, as a value. `--dry-run`, `--json`, `diff`, the real run and the tests render this same object. */
export type Plan = Addition | Update | Settlement | Removal;

/** A plan that does nothing. */
export const emptyPlan = {
  selections: [],
  guesses: [],
  changes: [],
  manual: [],
  install: null,
  warnings: [],
  nextSteps: [],
  record: { version: 1, items: {} },
  dependencies: [],
  scripts: {},
  appends: [],
  companions: [],
  origins: [],
  env: [],
} as const satisfies CommonPlan;

export interface KeptPart {
  /** A file, a key, a script, a package. */
  readonly what: string;
  readonly why: string;
}

export interface FileOutcome {
  readonly path: string;
  /**
   * `kept`: an edited file that the new version no longer has. `absent`: deleted by the user, and it stays so.
   * `refused`: a change of an installed migration. `taken`: a file of the user's stands where a new one would go.
   */
  readonly what: "updated" | "merged" | "created" | "deleted" | "kept" | "absent" | "refused" | "conflict" | "taken";
  /** In words, where there is more to say. */
  readonly note: string | null;
  /** Why it is a conflict, where that is more than the same lines changed on both sides. */
  readonly reason?: string;
  /** Where it stood before, when it moved. */
  readonly movedFrom: string | null;
  /** Places in the user's file that both sides changed. */
  readonly conflicts: readonly { readonly line: number; readonly lines: number }[];
}

export interface Unmerged {
  readonly path: string;
  readonly base: string | null;
  readonly yours: string;
  readonly theirs: string;
}

export interface AddedDependency {
  readonly name: string;
  readonly range: string;
  readonly dev: boolean;
  /** The range that it replaces, where one of the user's was too low. */
  readonly raisedFrom: string | null;
}

/** One file, before and after. Bytes are kept as text with the file's own line endings and BOM. */
export interface Change {
  readonly path: string;
  readonly kind: "create" | "edit" | "delete";
  /** The text that the plan was made from (null: the file must not exist). Apply re-checks it. */
  readonly before: string | null;
  /** null: the file is deleted. */
  readonly after: string | null;
  /** In words, e.g. "mounts auditRouter at /api/audit". */
  readonly why: string;
  /** Holds secret values: never rendered, in any mode. */
  readonly secret: boolean;
  /** No text but a database: `before` is what tells that it has not changed since. It can only be deleted. */
  readonly opaque?: boolean;
}

export interface ManualStep {
  readonly path: string;
  readonly place: string;
  readonly reason: string;
  readonly lines: readonly string[];
}
