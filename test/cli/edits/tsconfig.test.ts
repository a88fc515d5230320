import { describe, expect, test } from "vitest";
import { addCompilerOption, defaultExcludes, excludeFromBuild, includeInBuild } from "../../../cli/edits/tsconfig.js";
import { removeFromTsconfig } from "../../../cli/edits/tsconfig-removal.js";
import { editFile } from "../../support/edit-file.js";

const path = "test/auth.test.ts";
const options = { path, defaults: defaultExcludes("dist") };

describe("excludeFromBuild", () => {
  test.each([
    ["one line", `{ "exclude": ["node_modules"] }`, `{ "exclude": ["node_modules", "${path}"] }`],
    ["an empty list", `{ "exclude": [] }`, `{ "exclude": ["${path}"] }`],
    [
      "one entry a line",
      `{\n  "exclude": [\n    "node_modules"\n  ]\n}\n`,
      `{\n  "exclude": [\n    "node_modules",\n    "${path}"\n  ]\n}\n`,
    ],
    [
      "a trailing comma",
      `{\n  "exclude": [\n    "a",\n  ],\n}\n`,
      `{\n  "exclude": [\n    "a",\n    "${path}",\n  ],\n}\n`,
    ],
    [
      "a comment after the last entry",
      `{\n\t"exclude": [\n\t\t"a" // why, really\n\t]\n}`,
      `{\n\t"exclude": [\n\t\t"a", // why, really\n\t\t"${path}"\n\t]\n}`,
    ],
    [
      "a trailing comma and a comment, CRLF",
      `{\r\n  "exclude": [\r\n    "a", /* why */\r\n  ]\r\n}\r\n`,
      `{\r\n  "exclude": [\r\n    "a", /* why */\r\n    "${path}",\r\n  ]\r\n}\r\n`,
    ],
    [
      "no exclude",
      `{\n  // strict\n  "include": ["src", "test"] // both\n}\n`,
      `{\n  // strict\n  "include": ["src", "test"], // both\n  "exclude": ["node_modules", "bower_components", "jspm_packages", "dist", "${path}"]\n}\n`,
    ],
    [
      "an object before the end",
      `\uFEFF{\n    "compilerOptions": {\n        "outDir": "dist"\n    },\n}`,
      `\uFEFF{\n    "compilerOptions": {\n        "outDir": "dist"\n    },\n    "exclude": ["node_modules", "bower_components", "jspm_packages", "dist", "${path}"],\n}`,
    ],
    ["an empty object", `{}`, `{"exclude": ["node_modules", "bower_components", "jspm_packages", "dist", "${path}"]}`],
  ])("%s", (_, before, after) => {
    const exclude = (text: string) => excludeFromBuild(text, options);
    expect(editFile(before, exclude)).toMatchObject({ kind: "applied", text: after });
    expect(editFile(after, exclude)).toEqual({ kind: "already" });
  });

  test.each([path, `./${path}`, "test", "test/", "./test/**", "test/**/*", "**/*.test.ts", "test/*.ts", "**/test"])(
    "%s covers the test",
    (pattern) => expect(excludeFromBuild(`{ "exclude": ["${pattern}"] }`, options)).toEqual({ kind: "already" }),
  );

  test.each(["tests", "test/*.spec.ts", "*.test.ts", "test/auth"])("%s does not cover the test", (pattern) =>
    expect(excludeFromBuild(`{ "exclude": ["${pattern}"] }`, options).kind).toBe("applied"),
  );

  test.each([`{ "exclude": "test" }`, `{ "exclude": [1] }`, `{`, `[]`, ``])("%j is refused", (text) =>
    expect(excludeFromBuild(text, options)).toMatchObject({ kind: "cannot", paste: [`"${path}"`] }),
  );
});

describe("a compiler option that is not set", () => {
  test.each([
    [
      "goes to the end of compilerOptions",
      `{\r\n\t"compilerOptions": {\r\n\t\t"strict": true // yes\r\n\t}\r\n}\r\n`,
      `{\r\n\t"compilerOptions": {\r\n\t\t"strict": true, // yes\r\n\t\t"skipLibCheck": true\r\n\t}\r\n}\r\n`,
    ],
    [
      "brings its own compilerOptions",
      `{\n  "extends": "./base.json"\n}\n`,
      `{\n  "extends": "./base.json",\n  "compilerOptions": { "skipLibCheck": true }\n}\n`,
    ],
  ])("%s", (_, before, after) => {
    expect(addCompilerOption(before, "skipLibCheck", true)).toMatchObject({ kind: "applied", text: after });
    expect(addCompilerOption(after, "skipLibCheck", true)).toEqual({ kind: "already" });
  });

  test("one that the user set to false stays", () => {
    const text = `{ "compilerOptions": { "skipLibCheck": false } }`;
    expect(addCompilerOption(text, "skipLibCheck", true)).toEqual({ kind: "already" });
  });

  test("a broken tsconfig is refused with the line to paste", () => {
    expect(addCompilerOption("{", "skipLibCheck", true)).toMatchObject({ paste: [`"skipLibCheck": true`] });
  });
});

describe("a file that the build would leave out", () => {
  const path = "src/auth/commands.ts";

  test.each([
    [
      "joins include",
      `{\r\n  "include": ["app.ts", "bin"]\r\n}`,
      `{\r\n  "include": ["app.ts", "bin", "${path}"]\r\n}`,
    ],
    ["joins files where that is all", `{ "files": ["app.ts"] }`, `{ "files": ["app.ts", "${path}"] }`],
  ])("%s", (_, before, after) => {
    expect(includeInBuild(before, path)).toMatchObject({ kind: "applied", text: after, added: [path] });
    expect(includeInBuild(after, path)).toEqual({ kind: "already" });
    expect(removeFromTsconfig(after, [path], [])).toMatchObject({ kind: "applied", text: before });
  });

  test.each([`{ "extends": "./base.json" }`, `{ "include": "src" }`, "{"])("%j is refused with the path", (text) => {
    expect(includeInBuild(text, path)).toMatchObject({ kind: "cannot", paste: [`"${path}"`] });
  });
});
