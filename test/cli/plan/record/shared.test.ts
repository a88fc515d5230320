import { describe, expect, test } from "vitest";
import type { Part } from "../../../../cli/plan/input.js";
import { type Shared, sharedWith } from "../../../../cli/plan/record/shared.js";
import type { InstalledItem, Undo } from "../../../../cli/record/schema.js";
import { door } from "../../../support/planned.js";

const nothing: Shared = { patches: [], env: [], dependencies: {}, devDependencies: {}, undo: null };
const noUndo: Undo = { created: [], glue: {}, members: {}, replaced: [], env: {} };
const empty: InstalledItem = {
  version: "1.0.0",
  choices: {},
  mount: null,
  sourceDir: "src",
  testDir: "test",
  files: {},
  patches: [],
  env: [],
  scripts: {},
  dependencies: {},
  devDependencies: {},
};
const selection = { item: "door", choices: { lock: "key" }, mount: "/door", sourceDir: "src", testDir: "test" };
const part: Part = { item: door, selection, templates: [] };

interface Given {
  readonly gate?: Partial<InstalledItem>;
  readonly door?: Partial<InstalledItem>;
  readonly packages?: Readonly<Record<string, string>>;
}

/** What the door shares with a gate that came before it. */
function shared({ gate = {}, door: known, packages = {} }: Given): Shared {
  const items = { gate: { ...empty, ...gate }, ...(known && { door: { ...empty, ...known } }) };
  return sharedWith(part, packages, { version: 1, items });
}

describe("what an item shares with one that came before it", () => {
  test.each<[string, Given, Partial<Shared>]>([
    [
      "nothing, where the other has nothing that it needs",
      { gate: { env: ["GATE"], dependencies: { pg: "^8.0.0" } } },
      {},
    ],
    ["a key", { gate: { env: ["GATE", "DOOR_SECRET"] } }, { env: ["DOOR_SECRET"] }],
    [
      "packages",
      { gate: { dependencies: { zod: "^4.0.0", pg: "^8.0.0" }, devDependencies: { vitest: "^4.0.0" } } },
      { dependencies: { zod: "^4.0.0" }, devDependencies: { vitest: "^4.0.0" } },
    ],
    [
      "what its choice needs",
      { gate: { dependencies: { keyring: "^2.0.0", keypad: "^3.1.0" } } },
      { dependencies: { keyring: "^2.0.0" } },
    ],
    [
      "a second copy, by the name that it goes by",
      { gate: { dependencies: { "zod-4": "npm:zod@^4.0.0", zod: "^3.0.0" } }, packages: { zod: "zod-4" } },
      { dependencies: { "zod-4": "npm:zod@^4.0.0" } },
    ],
    [
      "lines of .gitignore",
      { gate: { patches: [{ path: ".gitignore", lines: [".env", "gate/"] }] } },
      { patches: [{ path: ".gitignore", lines: [".env"] }] },
    ],
    [
      "no line that it has already",
      {
        gate: { patches: [{ path: ".gitignore", lines: [".env"] }] },
        door: { patches: [{ path: ".gitignore", lines: [".env"] }] },
      },
      {},
    ],
    [
      "a key of the sample file, with its comment",
      {
        gate: {
          patches: [{ path: ".env.example", lines: ["# Gate", "GATE=", "# Keep it", "# well", "DOOR_SECRET="] }],
        },
      },
      { patches: [{ path: ".env.example", lines: ["# Keep it", "# well", "DOOR_SECRET="] }] },
    ],
    ["no line of another file", { gate: { patches: [{ path: "src/server.ts", lines: [".env"] }] } }, {}],
    [
      "what the other has replaced or made of that",
      {
        gate: {
          undo: {
            ...noUndo,
            created: [".env"],
            replaced: [
              { list: "dependencies", key: "zod", value: "^3.0.0", index: 0 },
              { list: "dependencies", key: "pg", value: "^7.0.0", index: 1 },
            ],
            env: { DOOR_SECRET: "1", GATE: "2" },
          },
        },
      },
      {
        undo: {
          ...noUndo,
          replaced: [{ list: "dependencies", key: "zod", value: "^3.0.0", index: 0 }],
          env: { DOOR_SECRET: "1" },
        },
      },
    ],
    ["nothing with itself", { door: { env: ["DOOR_SECRET"], dependencies: { zod: "^4.0.0" } } }, {}],
  ])("%s", (_, given, expected) => {
    expect(shared(given)).toEqual({ ...nothing, ...expected });
  });
});
