/** registry.json, as read and checked. */
export interface Registry {
  readonly name: string;
  readonly items: readonly RegistryItem[];
}

export interface RegistryItem {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  /** Items that must be there first. */
  readonly requires: readonly string[];
  /** It comes by itself when all of these are there, and goes with any of them; then they are its `requires` too. */
  readonly comesWith?: readonly string[];
  readonly choices: Readonly<Record<string, Choice>>;
  /** The router to mount in the entry file, or null. */
  readonly mount: Mount | null;
  /** What its guard puts on a request: two packages that do can't stand before one route. */
  readonly request?: { readonly member: "auth"; readonly guard: string };
  /** The lists that it offers: name -> template path of the file that declares it. */
  readonly lists?: Readonly<Record<string, string>>;
  /** What becomes an entry of a list of a required item. */
  readonly appends?: readonly ListAppend[];
  readonly dependencies: Readonly<Record<string, Dependency>>;
  readonly devDependencies: Readonly<Record<string, Dependency>>;
  readonly env: readonly EnvKey[];
  /** Script name -> command. `{src}` is the source folder, `{out}` the folder the build emits it to. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly gitignore: readonly string[];
  /** Old path of a file in the user's repo -> its new one, as template paths (`src/...`): edits move along in an update. */
  readonly renames?: Readonly<Record<string, string>>;
  /**
   * Lines printed after the add. `{run}` is how the package manager runs a script, `{sample}` the file that names the variables, `{test}` the same with the test
   * script, `{mount}` the mount path, `{import:src/...}` the specifier of that template in the entry file.
   */
  readonly nextSteps: readonly string[];
  /** Its files, where a catalogue has no folder to list: below templates/<item>/, with their text or without. */
  readonly files?: readonly ListedFile[];
}

export interface ListedFile {
  /** e.g. "base/src/audit/log.ts" or "retention/short/src/audit/days.ts". */
  readonly path: string;
  readonly content?: string;
}

export interface Choice {
  readonly description: string;
  readonly default: string;
  /** Where something of the project chooses a value: the variables that hold an address, and what is said where nothing does. */
  readonly chosenBy?: {
    /** The item's own first; of the others, an address of another kind is the application's. */
    readonly variables?: readonly string[];
    readonly otherwise: string;
  };
  /** An installed item keeps its value; this says why, and where it stands how to change it by hand. */
  readonly fixed?: string;
  readonly values: Readonly<Record<string, ChoiceValue>>;
}

export interface ChoiceValue {
  readonly description: string;
  /** What of a project has chosen it already. */
  readonly chosenBy?: ValueSigns;
  /** Items that come with this value, and stay as long as it stands. */
  readonly brings?: readonly string[];
  readonly dependencies?: Readonly<Record<string, Dependency>>;
  readonly devDependencies?: Readonly<Record<string, Dependency>>;
  readonly env?: readonly EnvKey[];
  readonly nextSteps?: readonly string[];
  /** What to type after `init`, with `{mount}` in it: the first request. */
  readonly tryIt?: readonly string[];
}

export interface ValueSigns {
  /** Schemes of an address: "file", "https". */
  readonly addresses?: readonly string[];
  /** Such an address in words: "a file". */
  readonly as?: string;
  /** Such an address, for a person to copy. */
  readonly example?: string;
  /** Databases as people write them: "MySQL". */
  readonly databases?: readonly string[];
  readonly packages?: readonly string[];
  /** Where things are kept with it, in words. */
  readonly where?: string;
}

export interface Mount {
  /** Template path of the module that exports the router. */
  readonly file: string;
  readonly export: string;
  readonly path: string;
}

export interface ListAppend {
  readonly list: string;
  /** Template path of the file that declares the list: the item that offers it says which. */
  readonly file: string;
  /** The name that becomes an entry. */
  readonly entry: string;
  /** Template path of the module that exports it. */
  readonly from: string;
}

export interface Dependency {
  /** What is written where the user has none. */
  readonly range: string;
  /** Majors that are known to work; a user's own range inside it is left alone. Defaults to `range`. */
  readonly accepts?: string;
  /** Whether it loads files by path: a bundle can't hold it. */
  readonly external?: boolean;
  /** Whether a second copy under an alias name works beside a user's other major. */
  readonly alias?: boolean;
  /** What its type declarations don't compile without. */
  readonly compilerOptions?: { readonly skipLibCheck: true };
  /** Take the major of this package of the user's, where it has one: `@types/express` goes with `express`. */
  readonly like?: string;
  /** Only where the tests run in this runner; a project without one gets vitest. */
  readonly runner?: "vitest" | "jest";
}

export interface EnvKey {
  readonly name: string;
  /** "secret": 32 random bytes, base64url. "package-name": the name in package.json. "placeholder": only named in .env.example. */
  readonly value: "secret" | "package-name" | "placeholder";
  /** Shown as a comment in .env.example. */
  readonly comment: string;
}

/** An item that comes by itself. */
export type Companion = RegistryItem & Required<Pick<RegistryItem, "comesWith">>;

/** Whether an item comes by itself, when all that it comes with is there. */
export function isCompanion(item: RegistryItem): item is Companion {
  return item.comesWith !== undefined;
}
