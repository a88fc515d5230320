import { expect, test } from "vitest";
import { add } from "../../../cli/commands/add.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { declaredTables } from "../../../cli/plan/remove/removed-tables.js";
import { packageRoot } from "../../../cli/registry/package-root.js";
import { useFixture } from "../../support/fixture.js";
import { contextFor, runCommand } from "../../support/in-process.js";
import { treeOf } from "../../support/tree.js";

test.each(["sqlite", "postgres"])(
  "other names for the tables, in the schema of %s, are no finding",
  async (database) => {
    const repo = await useFixture("nodenext-esm");
    const context = contextFor(packageRoot(), repo.dir, { json: true });
    expect(await runCommand(() => add(["auth-admin", "auth-email"], { database }, context))).toMatchObject({ code: 0 });
    const findings = async () =>
      JSON.parse((await runCommand(() => doctor({ offline: true }, context))).stdout).findings;
    const before = await findings();
    const schemas = Object.keys(await treeOf(repo.dir)).filter((path) => /^src\/.*schema\/.*\.ts$/.test(path));
    let renamed = 0;
    for (const path of schemas) {
      const text = await repo.read(path);
      const names = declaredTables(text);
      renamed += names.length;
      await repo.write(
        path,
        text.replace(/"(\w+)"/g, (word, name) => (names.includes(name) ? `"my_${name}"` : word)),
      );
    }
    expect(renamed).toBeGreaterThan(2);
    expect(await findings()).toEqual(before);
  },
);
