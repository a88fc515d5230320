import { describe, expect, test } from "vitest";
import { unusedPackages } from "../../../cli/plan/unused-packages.js";

const unused = (names: readonly string[], text: string) =>
  unusedPackages(names, { sources: [{ path: "src/a.ts", text }], texts: [] });

describe("the types of Node's own modules", () => {
  test.each(['import { randomUUID } from "node:crypto";', 'import fs from "fs/promises";', 'require("path");'])(
    "stay beside %s",
    (text) => {
      expect(unused(["@types/node"], text)).toEqual([]);
    },
  );

  test("go where no file that stays imports one", () => {
    expect(unused(["@types/node", "zod"], 'import "./node";')).toEqual(["@types/node", "zod"]);
  });
});
