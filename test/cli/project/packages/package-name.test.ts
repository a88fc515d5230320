import { describe, expect, test } from "vitest";
import { checkPackageName, isPackageName, packageNameFrom } from "../../../../cli/project/packages/package-name.js";

describe("a package's name from a folder's", () => {
  test.each([
    ["my-app", "my-app"],
    ["My App", "my-app"],
    ["Über Shop", "uber-shop"],
    ["_private", "private"],
    [".hidden", "hidden"],
    ["a.b_c", "a.b_c"],
    ["x".repeat(300), "x".repeat(214)],
    ["日本", null],
    ["...", null],
    ["node_modules", null],
    ["", null],
  ])("%j gives %j", (folder, name) => {
    expect(packageNameFrom(folder)).toBe(name);
  });
});

describe("--name", () => {
  test.each(["a", "my-app", "@scope/my.app", "0x"])("takes %j", (name) => {
    expect(checkPackageName(name)).toBe(name);
  });

  test.each(["", "My-App", "a b", "../x", "-x", ".x", "@scope", "@/x", "node_modules", "a\nb", "x".repeat(215)])(
    "refuses %j on one line",
    (name) => {
      expect(isPackageName(name)).toBe(false);
      expect(() => checkPackageName(name)).toThrow(/^--name takes a valid npm name, not [^\n]+$/);
    },
  );

  test("a refusal names the nearest name that would do", () => {
    expect(() => checkPackageName("My App")).toThrow("; my-app would do");
  });
});
