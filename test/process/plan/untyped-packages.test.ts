import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { run } from "../../support/cli.js";
import { type Fixture, useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";

const packages = join(packageRoot(), "node_modules");
const untyped = ["bcrypt", "jsonwebtoken"];

/** What an install would lay there: every package of the clone, and those that package.json has by another name. */
async function install({ dir, read }: Fixture): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(await read("package.json"));
  const wanted = Object.entries<string>({ ...dependencies, ...devDependencies });
  const others = (await readdir(packages)).filter((name) => !name.startsWith("@types") && !name.startsWith("."));
  const types = (await readdir(join(packages, "@types"))).filter((name) => !untyped.includes(name));
  const copies = wanted.flatMap(([name, range]) => {
    const [, real] = /^npm:(.+)@/.exec(range) ?? [];
    return real || name.startsWith("@types/") ? [[name, real ?? name] as const] : [];
  });
  const links = [
    ...[...others, ...types.map((name) => `@types/${name}`)].map((name) => [name, name] as const),
    ...copies,
  ];
  for (const [name, real] of links)
    await fs.ensureSymlink(join(packages, real), join(dir, "node_modules", name), "junction");
}

async function compile({ dir }: Fixture): Promise<string> {
  return (await run(process.execPath, [join(packages, "typescript/bin/tsc"), "--noEmit"], dir).ended).stdout;
}

describe("a project that uses packages without their types", () => {
  test("compiles as before, for the types come with a second copy", async () => {
    const repo = await useFixture("untyped-packages");
    const added = await runCommand(() => add(["auth-basic"], {}, contextFor(packageRoot(), repo.dir)));
    expect(added).toMatchObject({ code: 0, error: "" });
    await install(repo);
    expect(await compile(repo)).toBe("");
    const { devDependencies } = JSON.parse(await repo.read("package.json"));
    for (const name of untyped) expect(devDependencies).not.toHaveProperty([`@types/${name}`]);
    const again = await runCommand(() => add(["auth-basic"], {}, contextFor(packageRoot(), repo.dir)));
    expect(again.stdout).toContain("nothing to do");
  });

  test("would not compile any more with the types of the packages themselves", async () => {
    const repo = await useFixture("untyped-packages");
    const manifest = JSON.parse(await repo.read("package.json"));
    const types = Object.fromEntries(untyped.map((name) => [`@types/${name}`, "*"]));
    manifest.devDependencies = { ...manifest.devDependencies, ...types };
    await repo.write("package.json", JSON.stringify(manifest));
    await install(repo);
    expect(await compile(repo)).toMatch(/src\/passes\.ts/);
  });
});
