import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnose } from "../../../cli/doctor/diagnose.js";
import { notChecked } from "../../../cli/doctor/not-checked.js";
import { readCheckup } from "../../../cli/doctor/read-checkup.js";
import { readProject } from "../../../cli/project/read-project.js";
import { readFacts } from "../../../cli/registry/facts/read-facts.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { useFixture } from "../../support/fixture.js";
import { addAuth } from "../../support/removed.js";
import { repo } from "../../support/template-tree.js";

const offline = { check: "vulnerable-dependency", why: "--offline" };

async function checkupAt(dir: string) {
  const project = await readProject(dir, {});
  const facts = await readFacts(repo, project.record!);
  return readCheckup(project, project.record!, {
    items: readRegistry(repo).items,
    facts,
    advisories: [],
    offline: true,
  });
}

describe("what was not checked", () => {
  test("names a file whose base is missing, which is no finding", async () => {
    const { dir, read, write } = await useFixture("nodenext-esm");
    await addAuth(dir);
    expect(notChecked(await checkupAt(dir))).toEqual([offline]);
    const path = "src/auth/passwords.ts";
    await write(path, (await read(path)).replaceAll("createHmac(", "createHash("));
    const unsafe = async () => diagnose(await checkupAt(dir)).filter(({ level }) => level === "unsafe");
    expect(await unsafe()).not.toEqual([]);
    await rm(join(dir, ".authwright/base/src/auth/passwords.ts.txt"));
    expect(notChecked(await checkupAt(dir))).toEqual([
      { check: "lost-protection", why: "no base of src/auth/passwords.ts" },
      offline,
    ]);
    expect(await unsafe()).toEqual([]);
  });
});
