import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandLine, flagWords, quote } from "../../../cli/ui/command-line.js";

test("plain words stay as they are", () => {
  const flags = flagWords({ database: "sqlite", mount: "/api/auth", dir: undefined });
  expect(commandLine(["add", "auth-basic", ...flags, "--yes"])).toBe(
    "npx authwright add auth-basic --database sqlite --mount /api/auth --yes",
  );
});

test("whatever a word holds, a shell reads it as that one word", () => {
  const words = ["my app", "it's", "$HOME", "`id`", "a;b", "*", "~", "", 'say "hi"', "!x", "a\nb", "\\", "#x", "(x)"];
  const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${words.map(quote).join(" ")}`], { encoding: "utf8" });
  expect(printed.split("\0").slice(0, -1)).toEqual(words);
});
