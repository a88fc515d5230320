import semver from "semver";
import * as z from "zod/mini";

/** Control characters, line ends and marks that turn the direction of text: they would change what a terminal or a file says. */
export const line = z
  .string()
  .check(z.minLength(1), z.maxLength(2_000), z.regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u));

/** Names that become folders, flags and keys of objects. */
export const slug = z.string().check(z.maxLength(64), z.regex(/^(?!constructor$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/));

const packageName = z
  .string()
  .check(
    z.maxLength(214),
    z.regex(/^(?!(node_modules|favicon\.ico|constructor)$)(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/),
  );

/** A range of versions: no tag, no alias, no git address, no path. */
const range = z.string().check(
  z.maxLength(100),
  z.regex(/^[\d<>=~^*|. +A-Za-z-]*[\d*x][\d<>=~^*|. +A-Za-z-]*$/),
  z.refine((text) => semver.validRange(text) !== null),
);

/** The names below a folder: no part starts with a dot, ends with one, or is a name that Windows keeps for itself. */
const names =
  "(/(?!\\.)(?!([Nn][Oo][Dd][Ee]_[Mm][Oo][Dd][Uu][Ll][Ee][Ss]|[Pp][Aa][Cc][Kk][Aa][Gg][Ee]\\.[Jj][Ss][Oo][Nn]|" +
  "([Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm]\\d|[Ll][Pp][Tt]\\d)(\\.[^/]*)?)(/|$))" +
  "[A-Za-z0-9._@()+-]*[A-Za-z0-9_@()+-])+";
const place = (path: string) => z.string().check(z.maxLength(200), z.regex(new RegExp(`^${path}$`)));

/**
 * Where a file of an item goes, as a template path: in src/, test/ or scripts/, so that no item can bring a hook, a
 * workflow or a package.json. Pages go to docs/auth/: a build that takes the whole source folder fails on Markdown.
 */
const filePath = `((?!src/.*\\.[Mm][Dd]$)(src|test|scripts)|docs/auth(?=/.+\\.md$))${names}`;
export const path = place(filePath);
/** Where a file of an older version went. */
const formerPath = place(`(src|test|scripts|docs)${names}`);

const packages = z.record(
  packageName,
  z.strictObject({
    range,
    accepts: z.exactOptional(range),
    alias: z.exactOptional(z.boolean()),
    external: z.exactOptional(z.boolean()),
    compilerOptions: z.exactOptional(z.strictObject({ skipLibCheck: z.literal(true) })),
    like: z.exactOptional(packageName),
    runner: z.exactOptional(z.enum(["vitest", "jest"])),
  }),
);

/** Not those that change how Node, the shell or the loader work. */
export const envName = z
  .string()
  .check(
    z.maxLength(100),
    z.regex(/^(?!(PATH|HOME|SHELL|IFS|CI|TMPDIR|TEMP|TMP|NODE_.*|LD_.*|DYLD_.*|NPM_.*)$)[A-Z][A-Z0-9_]*$/),
  );

const env = z.array(
  z.strictObject({ name: envName, value: z.enum(["secret", "package-name", "placeholder"]), comment: line }),
);

/** npm runs these by itself, before or after something else. */
const scriptName = z
  .string()
  .check(
    z.maxLength(100),
    z.regex(
      /^(?!(pre|post|npm:|pnpm:|yarn:)|(install|uninstall|publish|prepare|version|dependencies|pack|start|stop|restart|test)$)[a-z][a-z0-9:_-]*$/,
    ),
  );

/** Lines of .gitignore: nothing that makes git see again what it ignores. */
const ignored = z.string().check(z.maxLength(200), z.regex(/^[A-Za-z0-9._/*-]+$/));

/** What of a project has chosen a value already. */
const chosenBy = z.strictObject({
  addresses: z.exactOptional(z.array(z.string().check(z.maxLength(30), z.regex(/^[a-z][a-z0-9+.-]*$/)))),
  as: z.exactOptional(line),
  example: z.exactOptional(line),
  databases: z.exactOptional(z.array(line)),
  packages: z.exactOptional(z.array(packageName)),
  where: z.exactOptional(line),
});

const choice = z.strictObject({
  description: line,
  default: slug,
  chosenBy: z.exactOptional(z.strictObject({ variables: z.exactOptional(z.array(envName)), otherwise: line })),
  /** What a person is told who asks for another value of an installed item: it can't be swapped. */
  fixed: z.exactOptional(line),
  values: z.record(
    slug,
    z.strictObject({
      description: line,
      chosenBy: z.exactOptional(chosenBy),
      brings: z.exactOptional(z.array(slug).check(z.minLength(1), z.maxLength(10))),
      packages: z.exactOptional(packages),
      devPackages: z.exactOptional(packages),
      env: z.exactOptional(env),
      nextSteps: z.exactOptional(z.array(line)),
      tryIt: z.exactOptional(z.array(line)),
    }),
  ),
});

/** Flags of `add` that no choice can be called. */
const flag =
  /^(?!(cwd|yes|dry-run|json|install|no-install|overwrite|strict|silent|verbose|help|version|mount|entry|dir|tests|registry|accept-registry-change|name|git|constructor)$)[a-z][a-z0-9]*$/;

export const identifier = z.string().check(z.maxLength(100), z.regex(/^[A-Za-z_$][A-Za-z0-9_$]*$/));

/** What TypeScript would not take as a name after `import {`. */
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);
export const importable = identifier.check(z.refine((name) => !reserved.has(name)));
export const sourcePath = path.check(z.regex(/^src\/.+\.ts$/));

const mount = z.strictObject({
  file: path,
  export: identifier,
  path: z.string().check(z.maxLength(200), z.regex(/^(\/(?!\.+(\/|$))[A-Za-z0-9._~-]+)+$/)),
});

/** A file in a catalogue that has no folder to list: its path below templates/<item>/, and its text or none. */
const file = z.strictObject({
  path: z
    .string()
    .check(z.maxLength(300), z.regex(new RegExp(`^(facts\\.json|(base|[a-z][a-z0-9]*/[a-z][a-z0-9-]*)/${filePath})$`))),
  content: z.exactOptional(z.string().check(z.maxLength(262_144))),
});

const item = z.strictObject({
  name: slug,
  /** For readers of shadcn's registries, whose `dependencies` are another thing: hence `packages` here. */
  type: z.exactOptional(z.literal("registry:item")),
  version: z.string().check(z.maxLength(50), z.regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/)),
  title: line,
  description: line,
  requires: z.array(slug),
  comesWith: z.exactOptional(z.array(slug).check(z.minLength(2), z.maxLength(10))),
  choices: z.record(z.string().check(z.maxLength(64), z.regex(flag)), choice),
  mount: z.nullable(mount),
  request: z.exactOptional(z.strictObject({ member: z.literal("auth"), guard: importable })),
  lists: z.exactOptional(z.record(importable, sourcePath)),
  appends: z.exactOptional(
    z.array(z.strictObject({ list: importable, entry: importable, from: sourcePath })).check(z.maxLength(50)),
  ),
  packages,
  devPackages: packages,
  env,
  scripts: z.record(scriptName, line),
  gitignore: z.array(ignored),
  renames: z.exactOptional(z.record(formerPath, path)),
  nextSteps: z.array(line),
  files: z.exactOptional(z.array(file).check(z.maxLength(500))),
});

/** The shape of a registry.json. registry.schema.json says the same to editors and validators: `npm run schema` writes it. */
export const registryShape = z.strictObject({
  $schema: z.exactOptional(line),
  name: line,
  homepage: z.exactOptional(line),
  /** The item that a new project is made with. */
  starter: z.exactOptional(slug),
  items: z.array(item).check(z.maxLength(200)),
});

/** Whether an item may bring a file at this template path. */
export function isFilePath(text: string): boolean {
  return path.safeParse(text).success;
}
