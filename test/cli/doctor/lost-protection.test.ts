import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { withoutComments } from "../../../cli/project/sources/source-imports.js";
import { patternOf } from "../../../cli/registry/facts/code-pattern.js";
import { facts, findingsOf, shortly } from "../../support/checkup.js";

const protections = [...facts.values()].flatMap(({ protects = [] }) =>
  protects.map(({ code, ...one }) => ({ ...one, pattern: patternOf(code) })),
);
const templates = fileURLToPath(new URL("../../../templates/", import.meta.url));

/** Every template that stands for one of our paths, in every choice. */
function templatesFor(file: string): { template: string; base: string }[] {
  const all = readdirSync(templates, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  return all
    .filter((path) => path.endsWith(`/${file}`))
    .map((path) => ({ template: path, base: readFileSync(join(templates, path), "utf8") }));
}

const lost = (file: string, template: string, base: string, now: string) =>
  shortly(findingsOf("lost-protection", { files: { [file]: { template, base } }, sources: { [file]: now } }));

describe("a protection that came with a file", () => {
  test.each(protections)(
    "$what of $file is in today's templates, and missed once it is gone",
    ({ file, pattern, what }) => {
      const found = templatesFor(file);
      expect(found).not.toEqual([]);
      for (const { template, base } of found) {
        expect(withoutComments(base)).toMatch(new RegExp(pattern));
        const now = base.replace(new RegExp(pattern, ""), "gone(");
        const line = base.slice(0, base.search(new RegExp(pattern, ""))).split("\n").length;
        expect(lost(file, template, base, now)).toContain(`unsafe ${file}:${line} your edit has taken out ${what}`);
      }
    },
  );

  test("is not missed where other things were edited, reformatted or commented", () => {
    for (const { file } of protections) {
      for (const { template, base } of templatesFor(file)) {
        const now = `// mine\r\n${base.replaceAll('"', "'").replaceAll("\n", "\r\n")}export const mine = 1;\r\n`;
        expect(lost(file, template, base, now)).toEqual([]);
      }
    }
  });

  test.each([
    ['["HS256", "none"]', 1],
    ["[hs256, 'RS256']", 1],
    ['["none"]', 1],
    ['["HS256"]', 0],
  ])("is missed where access tokens may have %s: %i finding", (algorithms, count) => {
    const [{ template, base }] = templatesFor("src/auth/access-token-signers.ts") as [
      { template: string; base: string },
    ];
    const now = base.replace("algorithms: [hs256]", `algorithms: ${algorithms}`);
    expect(now).not.toBe(base);
    expect(lost("src/auth/access-token-signers.ts", template, base, now)).toHaveLength(count);
  });

  test("is missed where it stands in a comment only", () => {
    const [{ template, base }] = templatesFor("src/auth/access-token-signers.ts") as [
      { template: string; base: string },
    ];
    const now = base.replace("algorithms: [hs256]", "/* algorithms: [hs256] */");
    expect(lost("src/auth/access-token-signers.ts", template, base, now)).toHaveLength(1);
  });
});

describe("a route that came with protectedRoute", () => {
  const file = "src/routes/auth.ts";
  const [{ template, base }] = templatesFor(file) as [{ template: string; base: string }];

  test("and lost it is named with its line", () => {
    const now = base.replace('authRouter.get("/sessions", protectedRoute, ', 'authRouter.get("/sessions", ');
    const line = now.slice(0, now.indexOf('"/sessions"')).split("\n").length;
    expect(lost(file, template, base, now)).toEqual([`unsafe ${file}:${line} GET /sessions has lost protectedRoute`]);
  });

  test("and is gone altogether is no loss", () => {
    const now = base.replace(/authRouter\.delete\("\/me".*\n/, "");
    expect(now).not.toBe(base);
    expect(lost(file, template, base, now)).toEqual([]);
  });

  test("in an item that builds on auth-basic, by a guard of that item, is named for each guard that it lost", () => {
    const admin = "src/routes/admin.ts";
    const texts = [admin, "src/middleware/role.ts", "src/middleware/recent-login.ts", "src/middleware/jwt.ts"].map(
      (path) => [path, templatesFor(path)[0]!] as const,
    );
    const from = texts[0]![1].base;
    const lostIn = (edit: (text: string) => string) => {
      const now = edit(from);
      expect(now).not.toBe(from);
      const sources = Object.fromEntries(texts.map(([path, { base }]) => [path, path === admin ? now : base]));
      const findings = findingsOf("lost-protection", { files: Object.fromEntries(texts), sources });
      return findings.map(({ what, why }) => `${what}: ${why}`);
    };
    expect(
      lostIn((text) => text.replace('delete("/users/:id", ofAdmins, recentLogin, ', 'delete("/users/:id", ')),
    ).toEqual([
      expect.stringMatching(
        /^DELETE \/users\/:id has lost (recentLogin and ofAdmins|ofAdmins and recentLogin): anybody/,
      ),
    ]);
    expect(lostIn((text) => text.replace('delete("/users", toAdmins, ', 'delete("/users", '))).toEqual([
      "DELETE /users has lost toAdmins: it lets requests through that it used to refuse",
    ]);
    expect(lostIn((text) => text.replaceAll("toAdmins", "onlyAdmins"))).toEqual([]);
    expect(
      lostIn((text) =>
        text.replaceAll(/\b[ot][of]Admins, /g, "").replace("adminRouter.get", "adminRouter.use(toAdmins);\n$&"),
      ),
    ).toEqual([]);
    expect(
      lostIn((text) =>
        text
          .replaceAll("toAdmins, recentLogin, ", "both, ")
          .replace("adminRouter.use(", "const both = [toAdmins, recentLogin];\n$&"),
      ),
    ).toEqual([]);
  });
});
