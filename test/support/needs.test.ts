import { mkdir, mkdtemp, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fs from "fs-extra";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProgram, unrun, whyNot } from "./needs.js";

let dir: string;

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "authwright-needs-")));
  await mkdir(join(dir, "bin"));
  await symlink(process.execPath, join(dir, "bin/redis-server"));
  await writeFile(join(dir, "bin/nats-server"), "", { mode: 0o644 });
});

afterAll(() => fs.remove(dir));

const programs = ["redis-server", "chromium", "nats-server", "pgbouncer", "script"];

test.each(programs)("a machine without %s: the tests that need it are left out, and say so by its name", (program) => {
  const why = whyNot([program], { PATH: join(dir, "empty") });
  expect(why).toBe(`${program} is not installed`);
  expect(unrun(why)).toBe(` (not run: ${program} is not installed)`);
});

test.each(programs)("in CI, a missing %s leaves nothing out: the test fails for want of it", (program) => {
  expect(whyNot([program], { PATH: join(dir, "empty"), CI: "true" })).toBeNull();
});

test("a program on the PATH leaves nothing out, and under any of its names", () => {
  const machine = { PATH: ["", join(dir, "empty"), join(dir, "bin")].join(delimiter) };
  expect(whyNot(["redis-server"], machine)).toBeNull();
  expect(findProgram(["valkey-server", "redis-server"], machine)).toBe(join(dir, "bin/redis-server"));
  expect(unrun(null)).toBe("");
});

test("a file that nobody can start is no program", () => {
  expect(whyNot(["nats-server"], { PATH: join(dir, "bin") })).toBe("nats-server is not installed");
});
