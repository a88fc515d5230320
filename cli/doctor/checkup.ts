import type { Advisory } from "../advisories/advisory.js";
import type { Project } from "../project/project.js";
import type { SourceText } from "../project/sources/source-files.js";
import type { InstallRecord } from "../record/schema.js";
import type { Facts } from "../registry/facts/facts.js";
import type { Companion, RegistryItem } from "../registry/registry.js";

/** How bad a finding is: `unsafe` makes the run fail, a `hint` may be on purpose. */
export type Level = "unsafe" | "warning" | "hint";

/** What a check has found, and what to do about it. Never holds the value of a secret. */
export interface Finding {
  /** Where the item names it, and not the check. */
  readonly check?: string;
  readonly level: Level;
  readonly file: string | null;
  readonly line: number | null;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** One thing that the doctor looks at. docs/doctor.md lists them all. */
export interface Check {
  readonly name: string;
  /** Pure: all that it looks at is in the checkup. */
  readonly run: (checkup: Checkup) => Finding[];
}

/** The project as it is now, read once. No code of it is run. */
export interface Checkup {
  readonly project: Project;
  readonly record: InstallRecord;
  /** The catalogue of this authwright: what an update would bring. */
  readonly items: readonly RegistryItem[];
  /** What the installed items say of themselves. */
  readonly facts: Facts;
  /** Items that come by themselves with what is installed, and are not there. */
  readonly missing: readonly Companion[];
  /** Every source file, the installed ones too. */
  readonly sources: readonly SourceText[];
  /** Path of an installed file -> its text as installed. */
  readonly bases: ReadonlyMap<string, string>;
  readonly env: readonly EnvFile[];
  /** What says how the project is built and run: Dockerfile, workflows; those that git has. */
  readonly deploy: readonly SourceText[];
  /** What the build has made. */
  readonly outputs: readonly SourceText[];
  readonly git: GitFacts;
  /** Files of the project with a private key in them. */
  readonly keyFiles: readonly KeyFile[];
  readonly now: Date;
  readonly database: DatabaseFacts | null;
  readonly advisories: readonly Advisory[];
  readonly audit: Audit;
}

export interface EnvFile extends SourceText {
  /** Whether git has it. */
  readonly tracked: boolean;
  /** What it held in earlier commits. */
  readonly past: readonly string[];
}

export interface KeyFile {
  readonly path: string;
  readonly line: number;
  /** Whether git has it, and whether it would take it. */
  readonly tracked: boolean;
  readonly ignored: boolean;
  /** Whether everybody on this machine may read it. */
  readonly readable: boolean;
}

export interface GitFacts {
  /** Whether the project is in a repository, and git could be asked. */
  readonly known: boolean;
  /** Of `.env` and `.data/`, those that are there and that git does not ignore. */
  readonly exposed: readonly string[];
}

export interface DatabaseFacts {
  readonly path: string;
  /** What the file holds, as latin-1; null where it is encrypted or too large to look through. */
  readonly content: string | null;
}

/** What the package manager knows about the dependencies, or why it was not asked. */
export type Audit =
  | { readonly kind: "answered"; readonly holes: readonly Hole[] }
  | { readonly kind: "skipped"; readonly why: string };

export interface Hole {
  readonly name: string;
  readonly severity: string;
  readonly title: string;
  readonly fixed: boolean;
}
