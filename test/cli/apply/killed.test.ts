// First: what writes has to find the disk wrapped.
import "../../support/frozen.js";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, link, mkdir, mkdtemp, readFile, realpath, rename, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fs from "fs-extra";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../../cli/apply/apply-plan.js";
import { journalPath } from "../../../cli/apply/journal.js";
import { addOwner } from "../../../cli/apply/owner.js";
import { recover } from "../../../cli/apply/recover.js";
import { type Change, emptyPlan, type Plan, type Unmerged } from "../../../cli/plan/plan.js";
import { runUntil } from "../../support/frozen.js";
import { treeOf } from "../../support/tree.js";

const secret = "q7Zk1mW9xT4bN8vR2cY6hJ0sD5fG3aLp";

/** A project as it is, and what is done to it. `app` lies beside `shared`, which a link leads to. */
interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
  readonly unmerged?: readonly Unmerged[];
}

const change = (path: string, before: string | null, after: string | null, isSecret = false): Change => ({
  path,
  kind: before === null ? "create" : after === null ? "delete" : "edit",
  before,
  after,
  why: "t",
  secret: isSecret,
});

const env = `JWT_SECRET_KEY=${secret}\n`;
const common = { "app/package.json": '{"name":"app"}\n', "app/src/twin.ts": "twin\n", "shared/settings.ts": "old\n" };
const sessions = { base: "base\n", yours: "mine\n", theirs: "new\n" };
const marked = "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> theirs\n";

const cases: Readonly<Record<string, Case>> = {
  add: {
    files: { ...common, "app/.gitignore": "dist\n" },
    changes: [
      change("src/auth/deep/config.ts", null, "config\n"),
      change(".env", null, env, true),
      change("src/twin.ts", "twin\n", "twin and more\n"),
      change("src/settings.ts", "old\n", "new\n"),
      change("package.json", '{"name":"app"}\n', '{"name":"app","version":"1"}\n'),
      change(".gitignore", "dist\n", "dist\n.env\n"),
      change(".authwright/base/src/auth/deep/config.ts.txt", null, "config\n"),
    ],
  },
  update: {
    files: {
      ...common,
      "app/.gitignore": ".env\n",
      "app/src/sessions.ts": "mine\n",
      "app/src/old/clock.ts": "clock\n",
    },
    changes: [
      change("src/sessions.ts", "mine\n", marked),
      change("src/old/clock.ts", "clock\n", null),
      change("src/new/clock.ts", null, "clock 2\n"),
      change("src/twin.ts", "twin\n", "twin 2\n"),
    ],
    unmerged: [{ path: "src/sessions.ts", ...sessions }],
  },
  remove: {
    files: {
      ...common,
      "app/.gitignore": "dist\n.env\n",
      "app/.env": `PORT=1\n${env}`,
      "app/src/auth/deep/config.ts": "config\n",
      "app/.authwright/base/config.ts.txt": "config\n",
    },
    changes: [
      change(".gitignore", "dist\n.env\n", "dist\n"),
      change("src/auth/deep/config.ts", "config\n", null),
      change(".env", `PORT=1\n${env}`, "PORT=1\n", true),
      change("src/settings.ts", "old\n", null),
      change(".authwright/base/config.ts.txt", "config\n", null),
    ],
  },
};

let work: string;
let made = 0;

beforeAll(async () => {
  work = await realpath(await mkdtemp(join(tmpdir(), "authwright-killed-")));
});

afterAll(() => fs.remove(work));

function planOf({ changes, unmerged }: Case): Plan {
  const plan = { ...emptyPlan, changes };
  if (!unmerged) return { ...plan, kind: "addition" };
  return { ...plan, kind: "update", versions: [], brings: [], outcomes: [], unmerged };
}

/** A fresh project, in a repository: a hard link, a link to a file outside, odd modes. */
async function projectOf({ files, unmerged }: Case, folder: string): Promise<string> {
  const place = join(folder, `place-${made++}`);
  const app = join(place, "app");
  for (const [path, text] of Object.entries(files)) await fs.outputFile(join(place, path), text);
  await link(join(app, "src/twin.ts"), join(app, "src/same.ts"));
  await symlink("../../shared/settings.ts", join(app, "src/settings.ts"));
  await chmod(join(app, "src"), 0o750);
  await chmod(join(app, "package.json"), 0o640);
  if (unmerged) await fs.copy(await tracking(app), join(app, ".git"));
  return place;
}

let repository: string | null = null;

/** A repository that has src/sessions.ts, made once. */
async function tracking(app: string): Promise<string> {
  if (repository) return repository;
  git(app, "init", "-q", "--template=");
  git(app, "add", "src/sessions.ts");
  repository = join(work, "tracking");
  await rename(join(app, ".git"), repository);
  return repository;
}

const git = (cwd: string, ...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8" });

/** What git says of an index, by its bytes: to ask takes a process. */
const indexes = new Map<string, string>();

/** All of a place with git's index; what git keeps beside it is its own. */
async function stateOf(place: string) {
  const tree = Object.entries(await treeOf(place)).filter(([path]) => !path.startsWith("app/.git/"));
  const index = await readFile(join(place, "app/.git/index"), "latin1").catch(() => null);
  if (index !== null && !indexes.has(index)) indexes.set(index, git(join(place, "app"), "ls-files", "--stage"));
  return { tree: Object.fromEntries(tree), index: index === null ? "" : indexes.get(index) };
}

const applying = (one: Case, place: string) => () => applyPlan(planOf(one), join(place, "app"));
const recovering = (place: string) => () => recover(join(place, "app"));

/** What `git add --all` would take of these folders, of which nothing may hold the secret. */
async function tellingFiles(folder: string): Promise<string[]> {
  const repository = join(work, "repository");
  git(work, "init", "-q", "--bare", repository);
  const listed = ["ls-files", "--others", "--exclude-standard", "-z"];
  const paths = git(folder, "--git-dir", repository, "--work-tree", folder, ...listed)
    .split("\0")
    .filter((path) => path !== "" && !path.endsWith("/"));
  await fs.remove(repository);
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), "utf8")));
  return paths.filter((_, index) => texts[index]!.includes(secret));
}

/** The project as a kill at each write of its work has left it, all below one folder. */
async function killedAtEach(
  start: (folder: string) => Promise<string>,
  act: (place: string) => () => Promise<unknown>,
) {
  const folder = join(work, `killed-${made++}`);
  const last = await runUntil(0, act(await start(work)));
  const places: string[] = [];
  for (let n = 1; n <= last; n++) {
    const place = await start(folder);
    expect(await runUntil(n, act(place))).toBe(-1);
    places.push(place);
  }
  return { folder, places };
}

describe.each(Object.entries(cases))("a kill at each write of %s", (_, one) => {
  const start = (folder: string) => projectOf(one, folder);

  test("leaves no secret that git would take, and once it is recovered, moved since, the state before or after", async () => {
    const clean = await start(work);
    const before = await stateOf(clean);
    await applying(one, clean)();
    const after = await stateOf(clean);
    const { folder, places } = await killedAtEach(start, (place) => applying(one, place));
    expect(places.length).toBeGreaterThan(40);
    expect(await tellingFiles(folder)).toEqual([]);
    await rename(folder, `${folder}-moved`);
    for (const place of places.map((path) => path.replace(folder, `${folder}-moved`))) {
      await recovering(place)();
      expect([before, after], place).toContainEqual(await stateOf(place));
    }
  });

  test("and at each write of the recovery after it leaves the same, and another one the state before", async () => {
    const before = await stateOf(await start(work));
    const written = await lastWrite(one);
    const { folder, places } = await killedAtEach(async (below) => {
      const place = await start(below);
      await runUntil(written, applying(one, place));
      return place;
    }, recovering);
    expect(await tellingFiles(folder)).toEqual([]);
    for (const place of places) {
      await recovering(place)();
      expect(await stateOf(place), place).toEqual(before);
    }
  });
});

/** The last write at which a kill leaves all to be put back: everything is written, and the journal is not closed. */
async function lastWrite(one: Case): Promise<number> {
  for (let n = await runUntil(0, applying(one, await projectOf(one, work))); n > 0; n--) {
    const place = await projectOf(one, work);
    await runUntil(n, applying(one, place));
    if (await fs.pathExists(join(place, "app", journalPath))) return n;
  }
  throw new Error("no journal was ever there");
}

test("a project that is moved out of its workspace: the file outside is put back where it is", async () => {
  const one = cases["add"]!;
  const place = await projectOf(one, work);
  const { tree } = await stateOf(place);
  await runUntil(await lastWrite(one), applying(one, place));
  expect(await readFile(join(place, "shared/settings.ts"), "utf8")).toBe("new\n");
  const elsewhere = join(work, "elsewhere/deep");
  await mkdir(elsewhere, { recursive: true });
  await rename(join(place, "app"), join(elsewhere, "app"));
  await recovering(elsewhere)();
  expect(await readFile(join(place, "shared/settings.ts"), "utf8")).toBe("old\n");
  const app = Object.fromEntries(Object.entries(tree).filter(([path]) => path.startsWith("app/")));
  expect(await treeOf(elsewhere)).toEqual(app);
});

test("a project that was copied: the file outside, which belongs to the first, is left as it is", async () => {
  const one = cases["add"]!;
  const place = await projectOf(one, work);
  await runUntil(await lastWrite(one), applying(one, place));
  await fs.copy(join(place, "app"), join(work, "copied/app"));
  expect(await recovering(join(work, "copied"))()).toContain("src/settings.ts changed since then and stays");
  expect(await readFile(join(place, "shared/settings.ts"), "utf8")).toBe("new\n");
});

test("what somebody has written since a kill stays, and a file that was deleted and is there again", async () => {
  const one = cases["remove"]!;
  const place = await projectOf(one, work);
  await runUntil(await lastWrite(one), applying(one, place));
  await fs.outputFile(join(place, "app/src/auth/deep/config.ts"), "mine\n");
  await fs.outputFile(join(place, "app/.env"), "mine\n");
  expect(await recovering(place)()).toMatch(/: its changes are put back; .* changed since then and stays$/);
  expect(await readFile(join(place, "app/src/auth/deep/config.ts"), "utf8")).toBe("mine\n");
  expect(await readFile(join(place, "app/.env"), "utf8")).toBe("mine\n");
  expect(await readFile(join(place, "app/.gitignore"), "utf8")).toBe("dist\n.env\n");
});

test("while the package manager of a killed run still works, nothing is put back, and the line names its process", async () => {
  const one = cases["add"]!;
  const place = await projectOf(one, work);
  await runUntil(await lastWrite(one), applying(one, place));
  const manager = spawn("sleep", ["60"]);
  addOwner(join(place, "app", journalPath), manager.pid!);
  await expect(recovering(place)()).rejects.toThrow(`(process ${manager.pid})`);
  manager.kill("SIGKILL");
  await once(manager, "exit");
  expect(await recovering(place)()).toContain("its changes are put back");
});

test("a number that a new process has got since is not taken for the killed one", async () => {
  const one = cases["add"]!;
  const place = await projectOf(one, work);
  await runUntil(await lastWrite(one), applying(one, place));
  await fs.writeFile(join(place, "app", journalPath, "owner"), `${process.ppid} 1\n`);
  expect(await recovering(place)()).toContain("its changes are put back");
});

test("a second run while the first is at work changes nothing, and leaves the first its journal", async () => {
  const one = cases["add"]!;
  const place = await projectOf(one, work);
  const { tree } = await stateOf(place);
  let second: unknown;
  const beforeWrite = async (index: number) => {
    if (index === 0) second = await applying(one, place)().catch((error) => error);
    if (index === 3) throw new Error("no");
  };
  await expect(applyPlan(planOf(one), join(place, "app"), { beforeWrite })).rejects.toThrow("everything is put back");
  expect(String(second)).toContain("another authwright is at work here");
  expect((await stateOf(place)).tree).toEqual(tree);
});

test.runIf(existsSync("/dev/shm"))(
  "a file on another file system than the journal's is written whole, and nothing is left beside it",
  async () => {
    const one = cases["add"]!;
    const place = await projectOf(one, work);
    const other = await mkdtemp("/dev/shm/authwright-");
    try {
      await fs.writeFile(join(other, "settings.ts"), "old\n");
      await fs.remove(join(place, "app/src/settings.ts"));
      await symlink(join(other, "settings.ts"), join(place, "app/src/settings.ts"));
      await applying(one, place)();
      expect(await fs.readdir(other)).toEqual(["settings.ts"]);
      expect(await readFile(join(other, "settings.ts"), "utf8")).toBe("new\n");
    } finally {
      await fs.remove(other);
    }
  },
);
