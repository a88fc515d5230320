import type { InstallRecord } from "../record/schema.js";
import type { Choice } from "../registry/registry.js";
import type { Bundler } from "./build/bundler.js";
import type { TestPlace } from "./tests/test-place.js";
import type { TestLookup } from "./tests/test-search.js";

/** What authwright knows about the user's repo. Plain data: made once by `readProject`, never changed. Paths are POSIX and relative to `root`, unless a name says otherwise. */
export interface Project {
  /** Absolute path of the folder that holds the package.json in use. */
  readonly root: string;
  /** Absolute path of the workspace or repository that holds the lock file; equals `root` outside a monorepo. */
  readonly workspaceRoot: string;
  readonly packageJson: PackageJson;
  /** The installed versions of the packages whose range says nothing, like `catalog:` or `latest`. */
  readonly resolved: Readonly<Record<string, string>>;
  /** What the workspace's root asks for beside: empty outside a monorepo. */
  readonly shared: Readonly<Record<string, string>>;
  /** Packages whose `@types` are nowhere here, each with the first file of the user's that imports it. */
  readonly untyped: Readonly<Record<string, string>>;
  readonly packageManager: PackageManager;
  readonly typescript: { readonly range: string; readonly version: string | null };
  readonly tsconfig: TsconfigFacts;
  /** The folder that all that tsc compiles is below. */
  readonly compiledRoot?: string | null;
  /** What packs the program into few files, if anything does. */
  readonly bundler?: Bundler | null;
  readonly modules: ModuleStyle;
  readonly express: { readonly major: 4 | 5; readonly range: string };
  readonly entry: Entry | null;
  /** Other files that make an Express app of its own: the entry file was a guess between them. */
  readonly otherApps: readonly string[];
  /** Where `src/...` of a template lands: "src", "server", or "." when the sources are at the root. */
  readonly sourceDir: string;
  readonly aliases: readonly Alias[];
  /** Null where imports are relative. */
  readonly entryImports: ImportSpelling | null;
  readonly testRunner: "vitest" | "jest" | "none";
  /** What the runner's configuration says of tests; null without a runner. */
  readonly tests: TestLookup | null;
  /** What runs the project's own tests where that is neither of those. */
  readonly otherRunner?: string | null;
  /** Where the runner would take new tests for tests. */
  readonly testPlace: TestPlace;
  /** Which of the databases that an item may have: a value of that choice. */
  readonly database: string;
  /** Whether what is installed keeps its data on a server. */
  readonly hasServer?: boolean;
  /** What of the project chooses a value of other choices: choice -> value. */
  readonly chosen?: Readonly<Record<string, string>>;
  readonly git: { readonly root: string | null };
  /** The file that shows people which variables there are: .env.example, or what it is called here. */
  readonly sampleEnv: string;
  /** The parsed authwright.json, or null before the first add. */
  readonly record: InstallRecord | null;
  /** Every guess, with its reason and the flag that overrides it: the plan shows them. */
  readonly guesses: readonly Guess[];
  readonly warnings: readonly string[];
}

export interface PackageJson {
  readonly text: string;
  readonly name: string;
  readonly type: "module" | "commonjs";
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface PackageManager {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  /** What installs everything package.json names, e.g. ["npm", "install"]. */
  readonly install: readonly string[];
  /** How a person runs a script, e.g. "npm run" or "pnpm". */
  readonly run: string;
}

export interface TsconfigFacts {
  /** The tsconfig that the build uses (a `tsc -p` in scripts.build, a solution's reference, else tsconfig.json). */
  readonly path: string;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** As written after `extends`; null where absent. */
  readonly include: readonly string[] | null;
  readonly exclude: readonly string[] | null;
  readonly files: readonly string[] | null;
  /** Whether the build emits with tsc, so that a new file below `include` would change what it emits. */
  readonly emits: boolean;
}

export interface ModuleStyle {
  readonly format: "esm" | "commonjs";
  /** How a relative import of a TypeScript file ends in this project. */
  readonly extension: ".js" | ".ts" | "";
}

/** By which alias, and with which ending, the entry file imports modules of the project. */
export interface ImportSpelling {
  readonly alias: Alias;
  readonly extension: ModuleStyle["extension"];
}

export interface Entry {
  /** The file that makes the Express app and adds its middleware. */
  readonly path: string;
  readonly because: string;
}

export interface Alias {
  /** e.g. "@/" */
  readonly prefix: string;
  /** e.g. "src/" */
  readonly target: string;
}

export interface Guess {
  readonly what: string;
  readonly value: string;
  readonly because: string;
  readonly flag: string | null;
}

/** Flags that override a guess. */
export interface Overrides {
  readonly entry?: string;
  readonly dir?: string;
  readonly database?: string;
  /** Choices that something of the project may decide, beside those of this package's items. */
  readonly choices?: Readonly<Record<string, Choice>>;
}
