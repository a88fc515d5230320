import { join } from "node:path";
import fs from "fs-extra";
import { expect, test } from "vitest";
import { readRegistry } from "../../cli/registry/read-registry.js";
import { isCompanion } from "../../cli/registry/registry.js";
import { api } from "../support/api.js";
import { useFixture } from "../support/fixture.js";
import { linkPackages, repo } from "../support/template-tree.js";
import { boot, cli, filesBelow, run } from "../support/user-project.js";

const items = readRegistry(repo)
  .items.filter((item) => !isCompanion(item))
  .map(({ name }) => name);

const tsupConfig = `export default { entry: ["src"], format: ["esm"], clean: true };\n`;

test("a project whose tsup entry is the whole source folder builds with every item in it, and the build answers", async () => {
  const { dir } = await useFixture("nodenext-esm");
  await linkPackages(dir);
  await fs.writeFile(join(dir, "tsup.config.mjs"), tsupConfig);
  await run(dir, [process.execPath, cli, "add", ...items, "--yes", "--no-install"]);
  expect((await filesBelow(join(dir, "src"))).filter((path) => !path.endsWith(".ts"))).toEqual([]);
  expect(await filesBelow(join(dir, "docs/auth"))).toContain("README.md");
  await run(dir, [process.execPath, join(repo, "node_modules/tsup/dist/cli-default.js")]);
  const mail = { AUTH_MAIL: "outbox:.data/mail", MAIL_FROM: "Notes <no-reply@example.org>" };
  const pages = { WEBAUTHN_RP_ID: "notes.example.org", WEBAUTHN_ORIGINS: "https://notes.example.org" };
  const origin = "https://notes.example.org";
  const others = { APP_URL: origin, PUBLIC_ORIGIN: origin, HIBP_URL: "off" };
  const server = await boot(dir, "dist/server.js", { ...mail, ...pages, ...others });
  try {
    const client = api(`${server.url}/api/auth`);
    const { status } = await client.post("/signup", { username: "ada", password: "nine blue herons wade" });
    expect(status).toBe(201);
  } finally {
    await server.stop();
  }
});
