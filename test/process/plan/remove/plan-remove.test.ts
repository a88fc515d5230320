import { readdirSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fs from "fs-extra";
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../../../cli/apply/apply-plan.js";
import { type Fixture, useFiles, useFixture } from "../../../support/fixture.js";
import { addAuth, planRemoval, removeAuth } from "../../../support/removed.js";
import { treeOf } from "../../../support/tree.js";

const fixtures = readdirSync(fileURLToPath(new URL("../../../fixtures/", import.meta.url)))
  .filter((name) => !/^\.|^unsupported-/.test(name))
  .map((name) => [name, name === "monorepo" ? "packages/api" : "."] as const);

describe("add, then remove", () => {
  test.each(fixtures)("%s is as it was, to the byte and the mode", async (name, folder) => {
    const { dir } = await useFixture(name);
    const before = await treeOf(dir);
    await addAuth(join(dir, folder));
    const plan = await removeAuth(join(dir, folder));
    expect(await treeOf(dir)).toEqual(before);
    expect([...plan.manual, ...plan.kept!, ...plan.warnings]).toEqual([]);
  });

  test.each(fixtures)("%s with postgres is as it was under --purge", async (name, folder) => {
    const { dir } = await useFixture(name);
    const before = await treeOf(dir);
    await addAuth(join(dir, folder), { database: "postgres", errors: "auth-basic" });
    const plan = await removeAuth(join(dir, folder), { purge: true });
    expect(await treeOf(dir)).toEqual(before);
    expect([...plan.manual, ...plan.kept!]).toEqual([]);
  });
});

test("what accounts lose without the item is warned of, where it says so", async () => {
  const { dir } = await useFiles(files);
  await addAuth(dir);
  const { warnings } = await planRemoval(dir, { without: "nobody is asked for a code" });
  expect(warnings).toEqual(["Without auth-basic nobody is asked for a code"]);
  expect((await planRemoval(dir)).warnings).toEqual([]);
});

const files = {
  "package.json": JSON.stringify(
    {
      name: "shop",
      type: "module",
      scripts: { dev: "tsx watch src/server.ts" },
      dependencies: { express: "^5.1.0" },
      devDependencies: { typescript: "^5.9.0", "@types/express": "^5.0.0", "@types/node": "^20.19.0", tsx: "^4.0.0" },
    },
    null,
    2,
  ),
  "tsconfig.json":
    '{ "compilerOptions": { "module": "nodenext", "strict": true, "outDir": "dist" }, "include": ["src"] }\n',
  "src/server.ts": 'import express from "express";\nexport const app = express();\napp.listen(3000);\n',
};

const manifest = (change: (json: Record<string, Record<string, string>>) => void, indent: number | string = 2) => {
  const json = JSON.parse(files["package.json"]);
  change(json);
  return `${JSON.stringify(json, null, indent)}\n`;
};
const options = '"module": "nodenext", "strict": true, "outDir": "dist"';

describe("add, then remove, leaves what is unusual", () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ["no trailing newline anywhere", { ".gitignore": "node_modules", ".env": "A=1", ".env.example": "A=" }],
    ["an empty line at the end", { ".gitignore": "node_modules\n\n", ".env": "A=1\n\n", ".env.example": "A=\n\n" }],
    ["Windows line endings", { ".gitignore": "node_modules\r\n", ".env": "A=1\r\n", ".env.example": "A=\r\n" }],
    ["empty files", { ".gitignore": "", ".env": "", ".env.example": "" }],
    ["a byte order mark", { ".env": "\uFEFFA=1\n", ".gitignore": "\uFEFFnode_modules\n" }],
    ["an empty key of ours", { ".env": "JWT_SECRET_KEY=\nA=1\n", ".env.example": "JWT_SECRET_KEY=\n" }],
    ["keys of the user's own", { ".env": "PASSWORD_PEPPER=0123456789abcdefghijklmnopqrstuvwxyz\nexport A='1'\n" }],
    ["git ignoring everything already", { ".gitignore": ".env*\n.data\n" }],
    ["a package.json on one line", { "package.json": JSON.stringify(JSON.parse(files["package.json"])) }],
    ["a package.json indented by tabs", { "package.json": manifest(() => undefined, "\t") }],
    ["a package.json with Windows line endings", { "package.json": files["package.json"].replaceAll("\n", "\r\n") }],
    [
      "a package.json in no order",
      {
        "package.json": manifest((json) => Object.assign(json, { dependencies: { zod: "^4.0.0", express: "^5.1.0" } })),
      },
    ],
    [
      "a package.json without dev dependencies",
      {
        "package.json": manifest((json) => {
          json["dependencies"] = { ...json["dependencies"], ...json["devDependencies"] };
          delete json["devDependencies"];
        }),
      },
    ],
    ["a package.json without scripts", { "package.json": manifest((json) => delete json["scripts"]) }],
    ["an empty list of scripts", { "package.json": manifest((json) => Object.assign(json, { scripts: {} })) }],
    [
      "npm's placeholder test",
      { "package.json": manifest((json) => (json["scripts"]!["test"] = 'echo "Error: no test specified" && exit 1')) },
    ],
    ["a range that is raised", { "package.json": manifest((json) => (json["dependencies"]!["zod"] = "^4.0.0-rc.1")) }],
    [
      "a dev dependency that moves",
      {
        "package.json": manifest((json) => {
          json["devDependencies"] = {
            zod: "^4.1.0",
            tsx: "^4.0.0",
            typescript: "^5.9.0",
            jsonwebtoken: "^9.0.2",
            bcrypt: "^6.0.0",
          };
        }),
      },
    ],
    [
      "a tsconfig with comments",
      { "tsconfig.json": `{\n  // mine\n  "compilerOptions": {\n    ${options} // last\n  },\n}\n` },
    ],
    ["a tsconfig with a trailing comma", { "tsconfig.json": `{\n  "compilerOptions": {\n    ${options},\n  },\n}\n` }],
    ["a tsconfig with an exclude", { "tsconfig.json": `{ "compilerOptions": { ${options} }, "exclude": ["dist"] }\n` }],
    [
      "a tsconfig with an exclude in lines",
      { "tsconfig.json": `{\n  "compilerOptions": { ${options} },\n  "exclude": [\n    "dist"\n  ]\n}` },
    ],
    ["a tsconfig without an end of line", { "tsconfig.json": `{"compilerOptions":{${options}}}` }],
    [
      "single quotes and no semicolons",
      {
        "src/server.ts": "import express from 'express'\nconst app = express()\napp.use(express.json())\napp.listen(1)",
      },
    ],
    [
      "a mount on the last line",
      { "src/server.ts": 'import express from "express";\nexport const app = express();\napp.use(express.json());' },
    ],
    ["a byte order mark in the entry file", { "src/server.ts": `\uFEFF${files["src/server.ts"]}` }],
    [
      "a require of the user's",
      {
        "package.json": manifest((json) => delete json["type"]),
        "src/server.ts":
          'const express = require("express");\nconst app = express();\napp.use(express.json());\napp.listen(1);\n',
      },
    ],
  ])("%s as it was", async (_, unusual) => {
    const { dir } = await useFiles({ ...files, ...unusual });
    await chmod(join(dir, "package.json"), 0o640);
    const before = await treeOf(dir);
    await addAuth(dir);
    expect(await treeOf(dir)).not.toEqual(before);
    await removeAuth(dir);
    expect(await treeOf(dir)).toEqual(before);
  });

  test("and also after the choice was swapped", async () => {
    const { dir } = await useFiles({ ...files, ".env": "A=1", ".env.example": "A=", ".gitignore": "node_modules" });
    const before = await treeOf(dir);
    await addAuth(dir, { errors: "rfc" });
    await addAuth(dir, { errors: "auth-basic", database: "postgres" });
    await addAuth(dir, { database: "sqlite" });
    await removeAuth(dir);
    expect(await treeOf(dir)).toEqual(before);
  });
});

/** What a person does between the add and the remove, and what of it is there afterwards. */
async function afterwards(change: (fixture: Fixture) => Promise<void>, typed = {}) {
  const fixture = await useFiles(files);
  await addAuth(fixture.dir);
  await change(fixture);
  const plan = await removeAuth(fixture.dir, typed);
  return { ...fixture, plan, kept: plan.kept!.map(({ what }) => what), tree: await treeOf(fixture.dir) };
}

const edit = async ({ read, write }: Fixture, path: string, change: (text: string) => string) => {
  const text = await read(path);
  expect(change(text)).not.toBe(text);
  await write(path, change(text));
};

describe("what the user has done since then", () => {
  test("to an installed file stays, and --force takes it", async () => {
    const mine = (fixture: Fixture) => edit(fixture, "src/auth/events.ts", (text) => `${text}// mine\n`);
    const { kept, tree } = await afterwards(mine);
    expect(kept).toEqual(["src/auth/events.ts", "src/auth/json-lines.ts"]);
    expect(tree["src/auth/events.ts"]).toBeDefined();
    expect(tree["authwright.json"]).toBeUndefined();
    const forced = await afterwards(mine, { force: true });
    expect(forced.kept).toEqual([]);
    expect(forced.tree["src/auth/"]).toBeUndefined();
  });

  test("to line endings alone counts as no edit", async () => {
    const { kept } = await afterwards((fixture) =>
      edit(fixture, "src/auth/events.ts", (text) => text.replaceAll("\n", "\r\n")),
    );
    expect(kept).toEqual([]);
  });

  test("by a formatter alone counts as no edit, and a comment of the user's does", async () => {
    const formatted = (text: string) => text.replace(/from "(.+)";$/gm, "from '$1'").replaceAll("\n  ", "\n\t");
    const { kept, tree } = await afterwards(async (fixture) => {
      await edit(fixture, "src/auth/events.ts", formatted);
      await edit(fixture, "src/auth/client-network.ts", (text) => `${formatted(text)}// mine\n`);
    });
    expect(kept).toEqual(["src/auth/client-network.ts"]);
    expect(tree["src/auth/events.ts"]).toBeUndefined();
  });

  test("by deleting an installed file is nothing to do", async () => {
    const { kept, tree } = await afterwards(({ dir }) => fs.remove(join(dir, "src/auth/events.ts")));
    expect(kept).toEqual([]);
    expect(tree["src/auth/"]).toBeUndefined();
  });

  test("in other places of our files' neighbours stays", async () => {
    const { read } = await afterwards(async (fixture) => {
      await edit(fixture, "src/server.ts", (text) => text.replace("app.listen", 'app.set("x", 1);\napp.listen'));
      await edit(fixture, ".env", (text) => `FIRST=1\n${text}LAST=2\n`);
      await edit(fixture, ".gitignore", (text) => `${text}*.log\n`);
      await edit(fixture, "package.json", (text) => text.replace('"express"', '"helmet": "^8.0.0",\n    "express"'));
    });
    expect(await read("src/server.ts")).toBe(
      files["src/server.ts"].replace("app.listen", 'app.set("x", 1);\napp.listen'),
    );
    expect(await read(".env")).toBe("FIRST=1\nLAST=2\n");
    expect(await read(".gitignore")).toBe("*.log\n");
    const { dependencies } = JSON.parse(await read("package.json"));
    expect(dependencies).toEqual({ helmet: "^8.0.0", express: "^5.1.0" });
  });

  test("a package that goes back to the user's list is in no other one, though it is used", async () => {
    const mine = manifest((json) => {
      json["devDependencies"]!["jsonwebtoken"] = "^9.0.2";
    });
    const fixture = await useFiles({ ...files, "package.json": mine });
    await addAuth(fixture.dir);
    expect(JSON.parse(await fixture.read("package.json")).dependencies.jsonwebtoken).toBeDefined();
    await fixture.write("src/mine.ts", 'import jwt from "jsonwebtoken";\n');
    const { kept } = await removeAuth(fixture.dir);
    const { dependencies, devDependencies } = JSON.parse(await fixture.read("package.json"));
    expect([dependencies.jsonwebtoken, devDependencies.jsonwebtoken]).toEqual([undefined, "^9.0.2"]);
    expect(kept!.map(({ what }) => what)).not.toContain("jsonwebtoken");
  });

  test("--purge leaves no more than a removal does, of a secret that the user had before", async () => {
    const left = async (typed: { purge: boolean }) => {
      const fixture = await useFiles({ ...files, ".env": `JWT_SECRET_KEY=${"k".repeat(43)}\n` });
      await addAuth(fixture.dir);
      await removeAuth(fixture.dir, typed);
      return treeOf(fixture.dir);
    };
    expect(await left({ purge: true })).toEqual(await left({ purge: false }));
  });

  test("by using our packages keeps them, with their types", async () => {
    const { plan, read, kept } = await afterwards(({ write }) =>
      write("src/mine.ts", 'import { sign } from "jsonwebtoken";\n'),
    );
    const { dependencies, devDependencies } = JSON.parse(await read("package.json"));
    expect(dependencies).toEqual({ express: "^5.1.0", jsonwebtoken: "^9.0.2" });
    expect(devDependencies["@types/jsonwebtoken"]).toBeDefined();
    expect(kept).toEqual(["jsonwebtoken"]);
    expect(plan.removed!.dependencies).toContain("bcrypt");
    expect(plan.removed!.dependencies).not.toContain("jsonwebtoken");
  });

  test.each([
    ["a script", (text: string) => text.replace('"dev":', '"check": "vitest run --coverage",\n    "dev":'), "vitest"],
    [
      "another member of package.json",
      (text: string) => text.replace('"type"', '"x": ["dotenv/config"],\n  "type"'),
      "dotenv",
    ],
  ])("by naming a package in %s keeps it", async (_, change, name) => {
    const { kept } = await afterwards((fixture) => edit(fixture, "package.json", change));
    expect(kept).toEqual([name]);
  });

  test.each([".env", ".env.example"])(
    "to a key in %s leaves it a line of its own, whatever is added next",
    async (path) => {
      const { dir, read, write } = await useFixture("nodenext-esm");
      await write(path, "A=1\n");
      await addAuth(dir);
      await write(path, (await read(path)).replace(/^JWT_ISSUER=.*$/m, "JWT_ISSUER=mine"));
      await removeAuth(dir);
      expect(await read(path)).toMatch(/^A=1\n+(#.*\n)*JWT_ISSUER=mine\n$/);
    },
  );

  test("to a script of ours keeps it", async () => {
    const { kept, read } = await afterwards((fixture) =>
      edit(fixture, "package.json", (text) => text.replace('js migrate"', 'js migrate --mine"')),
    );
    expect(kept).toEqual(["the script auth:migrate"]);
    expect(Object.keys(JSON.parse(await read("package.json")).scripts)).toEqual(["dev", "auth:migrate"]);
  });

  test("to a value in .env keeps it, and .gitignore goes on ignoring the file", async () => {
    const { kept, read } = await afterwards((fixture) =>
      edit(fixture, ".env", (text) => text.replace(/(?<=JWT_SECRET_KEY=).*/, "mine-mine-mine-mine-mine-mine-mine")),
    );
    expect(kept).toEqual(["JWT_SECRET_KEY in .env", ".env in .gitignore"]);
    expect(await read(".env")).toBe("JWT_SECRET_KEY=mine-mine-mine-mine-mine-mine-mine\n");
    expect(await read(".gitignore")).toBe(".env\n");
    expect(await read(".env.example")).toMatch(/^# Signs .*\nJWT_SECRET_KEY=\n$/);
  });

  test.each([
    ["reformatted", (text: string) => text.replaceAll('"', "'").replaceAll(";", ""), 0],
    ["moved and commented", (text: string) => text.replace(/(app\.use\(.*\);)\n/, "").concat("  $1 // auth\n"), 0],
    ["put behind a limiter", (text: string) => text.replace('"/api/auth", ', '"/api/auth", limiter, '), 1],
    ["mounted twice", (text: string) => text.replace(/(app\.use.*\n)/, "$1$1"), 0],
    ["exported again", (text: string) => `${text}export { authRouter };\n`, 1],
    ["on a line with other code", (text: string) => text.replace(/(app\.use.*)\n/, "$1 start();\n"), 1],
  ])("to the mount, %s, is taken out whole or named", async (_, change, steps) => {
    const { plan, read } = await afterwards((fixture) => edit(fixture, "src/server.ts", change));
    expect(plan.manual.map(({ path }) => path)).toEqual(Array(steps).fill("src/server.ts"));
    expect((await read("src/server.ts")).includes("authRouter")).toBe(steps === 1);
  });

  test("with our modules in files of their own is named with the lines", async () => {
    const { plan } = await afterwards(({ write }) =>
      write("src/notes.ts", '// "../middleware/jwt.js"\nimport { protectedRoute } from "./middleware/jwt.js";\n'),
    );
    expect(plan.manual).toEqual([
      {
        path: "src/notes.ts",
        place: "line 2",
        reason: "it imports src/middleware/jwt.ts, which is taken away",
        lines: ['import { protectedRoute } from "./middleware/jwt.js";'],
      },
    ]);
  });
});

describe("where a database was made", () => {
  const made = ({ write }: Fixture) => write(".data/auth.db", "SQLite format 3\0\u00ff");

  test("it stays with its secrets, git goes on ignoring them, and the tables in it are named; no code stays", async () => {
    const { kept, tree, read, plan } = await afterwards(made);
    expect(kept).toEqual([
      ".data/auth.db",
      "JWT_SECRET_KEY in .env",
      "PASSWORD_PEPPER in .env",
      ".env in .gitignore",
      ".data/ in .gitignore",
    ]);
    expect(plan.kept![0]!.why).toMatch(/^the accounts may be in it: .*users.*; --purge deletes it$/);
    expect(tree[".data/auth.db"]).toBeDefined();
    expect(tree["src/db/"]).toBeUndefined();
    expect(await read(".env")).toMatch(/^JWT_SECRET_KEY=.{43}\nPASSWORD_PEPPER=.{43}\n$/);
    expect(plan.removed!.env).toEqual(["JWT_ISSUER"]);
  });

  test("adding again finds the accounts as they were", async () => {
    const { dir, read } = await afterwards(made);
    const secrets = await read(".env");
    await addAuth(dir);
    expect(await read(".env")).toContain(secrets);
  });

  test("a file that DATABASE_URL names counts, and a secret of the user's is named too", async () => {
    const { kept } = await afterwards(async (fixture) => {
      await edit(fixture, ".env", (text) => `${text}DATABASE_URL=file:store/a.db\nDATABASE_ENCRYPTION_KEY=mine\n`);
      await fixture.write("store/a.db", "x");
    });
    expect(kept).toEqual(expect.arrayContaining(["store/a.db", "DATABASE_ENCRYPTION_KEY in .env"]));
  });

  test("a file that AUTH_DATABASE_URL names counts, and not that of DATABASE_URL, which is the application's", async () => {
    const { kept } = await afterwards(async (fixture) => {
      const lines = "DATABASE_URL=file:dev.db\nAUTH_DATABASE_URL=file:store/a.db?connection_limit=1\n";
      await edit(fixture, ".env", (text) => text + lines);
      await fixture.write("store/a.db", "x");
      await fixture.write("dev.db", "x");
    });
    expect(kept).toContain("store/a.db");
    expect(kept).not.toContain("dev.db");
  });

  test("--purge takes all of it and says so, in bytes that are no text too", async () => {
    const { kept, tree, plan } = await afterwards(
      async (fixture) => {
        await fs.outputFile(join(fixture.dir, ".data/auth.db"), Buffer.from([0xff, 0xfe, 0, 0x80]));
        await fixture.write(".data/auth.db-wal", "x");
      },
      { purge: true },
    );
    const fresh = await useFiles(files);
    expect(tree).toEqual(await treeOf(fresh.dir));
    expect(kept).toEqual([]);
    expect(plan.warnings.join()).toContain("deleted with all accounts in it");
    const databases = plan.changes.filter(({ path }) => path.startsWith(".data/"));
    expect(databases.map(({ secret }) => secret)).toEqual([true, true]);
  });

  test("--purge finds a database by its absolute path", async () => {
    const { tree } = await afterwards(
      async ({ dir, write }) => {
        await write("store/a.db", "x");
        await write(".env", `DATABASE_URL=file:${dir}/store/a.db\n`);
      },
      { purge: true },
    );
    expect(tree["store/"]).toBeUndefined();
  });

  test("--purge leaves a database outside of the project alone", async () => {
    const elsewhere = await useFiles({ "a.db": "x" });
    const { read } = elsewhere;
    await afterwards(({ write }) => write(".env", `DATABASE_URL=file:${elsewhere.dir}/a.db\n`), { purge: true });
    expect(await read("a.db")).toBe("x");
  });

  test("of postgres nobody can tell from here: secrets stay and tables are named, unless --purge", async () => {
    const { dir } = await useFiles(files);
    const before = await treeOf(dir);
    await addAuth(dir, { database: "postgres" });
    const plan = await planRemoval(dir);
    expect(plan.kept!.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["the PostgreSQL database", "PASSWORD_PEPPER in .env"]),
    );
    expect(plan.kept!.map(({ what }) => what).join()).not.toContain("src/");
    await removeAuth(dir, { purge: true });
    expect(await treeOf(dir)).toEqual(before);
  });

  test("a write to it between plan and purge stops the purge", async () => {
    const fixture = await useFiles(files);
    await addAuth(fixture.dir);
    await made(fixture);
    const plan = await planRemoval(fixture.dir, { purge: true });
    await fixture.write(".data/auth.db", "SQLite format 3, longer");
    const before = await treeOf(fixture.dir);
    await expect(applyPlan({ ...plan, install: null }, fixture.dir)).rejects.toThrow(".data/auth.db changed");
    expect(await treeOf(fixture.dir)).toEqual(before);
  });
});

describe("beside another item", () => {
  test("what that one needs stays: its packages, its record, and what git ignores", async () => {
    const { plan, kept, read } = await afterwards(async (fixture) => {
      const record = JSON.parse(await fixture.read("authwright.json"));
      const { patches: _, undo: _undo, ...rest } = record.items["auth-basic"];
      const patches = [{ path: ".gitignore", lines: [".env"] }];
      const extra = { ...rest, patches, files: {}, env: [], scripts: {}, dependencies: { bcrypt: "^6.0.0" } };
      record.items["extra"] = { ...extra, devDependencies: {} };
      await fixture.write("authwright.json", JSON.stringify(record));
    });
    expect(Object.keys(JSON.parse(await read("authwright.json")).items)).toEqual(["extra"]);
    expect(plan.removed!.dependencies).not.toContain("bcrypt");
    expect(kept).toEqual([]);
    expect(await read(".gitignore")).toBe(".env\n");
  });
});

describe("a removal that fails", () => {
  test("at any write puts every byte back, the database too", async () => {
    const fixture = await useFiles(files);
    await addAuth(fixture.dir);
    await fs.outputFile(join(fixture.dir, ".data/auth.db"), Buffer.from([0xff, 0xfe, 0, 0x80]));
    const before = await treeOf(fixture.dir);
    const plan = { ...(await planRemoval(fixture.dir, { purge: true })), install: null };
    const indexes = [0, 1, 20, 40, plan.changes.length - 3, plan.changes.length - 2, plan.changes.length - 1];
    for (const index of indexes) {
      const beforeWrite = (at: number) => {
        if (at === index) throw new Error("the disk is gone");
      };
      await expect(applyPlan(plan, fixture.dir, { beforeWrite })).rejects.toThrow("everything is put back");
      expect(await treeOf(fixture.dir)).toEqual(before);
    }
  });

  test("runs the package manager only where a dependency goes", async () => {
    const { dir } = await useFiles(files);
    await addAuth(dir);
    expect((await planRemoval(dir)).install).toEqual(["npm", "install"]);
  });
});
