import { describe, expect, test } from "vitest";
import { findReqAuthConflict } from "../../../cli/project/req-auth-conflict.js";
import { useFiles } from "../../support/fixture.js";

const augmentation = `declare global {
  namespace Express {
    interface Request {
      auth?: { userId: string };
    }
  }
}
export {};
`;

describe("somebody else's req.auth", () => {
  test.each<[string, Record<string, string>, string | null]>([
    [
      "the Express namespace",
      { "src/types.d.ts": augmentation },
      "src/types.d.ts:4 declares auth on Express's Request",
    ],
    [
      "a types folder beside the sources",
      { "types/express/index.d.ts": augmentation },
      "types/express/index.d.ts:4 declares",
    ],
    [
      "the core module",
      { "src/a.ts": `declare module "express-serve-static-core" {\n  interface Request { readonly auth: string }\n}` },
      "src/a.ts:2 declares",
    ],
    ["an assignment", { "src/a.ts": `// set it\n\nreq.auth = { id };` }, "src/a.ts:3 sets req.auth"],
    ["an assignment through a cast", { "src/a.ts": `(req as any).auth = user;` }, "src/a.ts:1 sets req.auth"],
    ["another member", { "src/a.ts": augmentation.replace("auth?", "authUser?") }, null],
    [
      "a nested member",
      { "src/a.ts": augmentation.replace("auth?: { userId: string }", "user?: { auth: string }") },
      null,
    ],
    ["a comment", { "src/a.ts": augmentation.replace("auth?", "// auth?") }, null],
    ["a Request of another namespace", { "src/a.ts": `interface Request { auth: string }` }, null],
    ["a comparison", { "src/a.ts": `if (req.auth === undefined || req.auth == null) {}` }, null],
    ["a read", { "src/a.ts": `const auth = req.auth;` }, null],
    ["build output and packages", { "src/dist/a.d.ts": augmentation, "src/node_modules/a/a.d.ts": augmentation }, null],
    ["a file outside the sources", { "scripts/a.ts": augmentation }, null],
  ])("%s", async (_, files, expected) => {
    const { dir } = await useFiles(files);
    const found = await findReqAuthConflict(dir, "src", { express: "5" });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toContain(expected);
  });

  test.each(["express-jwt", "express-oauth2-jwt-bearer", "@clerk/express", "express-basic-auth"])(
    "the package %s",
    async (name) => {
      const { dir } = await useFiles({});
      expect(await findReqAuthConflict(dir, "src", { [name]: "1" })).toContain(name);
    },
  );

  test("our own file is no conflict", async () => {
    const { dir } = await useFiles({ "src/middleware/jwt.ts": augmentation });
    expect(await findReqAuthConflict(dir, "src", {}, new Set(["src/middleware/jwt.ts"]))).toBeNull();
    expect(await findReqAuthConflict(dir, ".", {})).toContain("src/middleware/jwt.ts:4");
  });
});
