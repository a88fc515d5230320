import { beforeAll, describe, expect, test } from "vitest";
import { buildCli } from "../../support/cli.js";
import { useFixture } from "../../support/fixture.js";
import { unrun } from "../../support/needs.js";
import { noTerminal, onTerminal } from "../../support/terminal.js";
import { treeOf } from "../../support/tree.js";

let main: string;
beforeAll(async () => {
  main = await buildCli();
});

const missing = unrun(noTerminal);

describe.skipIf(noTerminal)(`add on a terminal${missing}`, () => {
  test("names the lines in one's own files first; d shows the diff and asks again, n writes nothing", async () => {
    const { dir } = await useFixture("nodenext-esm");
    const before = await treeOf(dir);
    const terminal = onTerminal([process.execPath, main, "add", "auth-basic", "--no-install"], dir);
    await terminal.shows("Lines in your own files", 'app.use("/api/auth", authRouter);', "Write these");
    terminal.type("d");
    await terminal.shows('+app.use("/api/auth", authRouter);', "# .env: not shown", "+++ b/src/auth/accounts.ts");
    await terminal.shows("Write these");
    terminal.type("n");
    const { code, shown } = await terminal.ended;
    expect(shown).toContain("Nothing was written.");
    expect(code).toBe(0);
    expect(await treeOf(dir)).toEqual(before);
  });
});
