import { describe, expect, test } from "vitest";
import { startDraft } from "../../../../cli/plan/draft.js";
import type { FileOutcome, ManualStep } from "../../../../cli/plan/plan.js";
import type { RemoveInput } from "../../../../cli/plan/remove/remove-input.js";
import { planDanglingImports, planOutdatedImports } from "../../../../cli/plan/update/dangling-imports.js";
import type { Project } from "../../../../cli/project/project.js";

const door = "src/door/door.ts";
const lock = "src/door/lock.ts";
const known = { template: "t", sha256: "0" };
const installed = { files: { [door]: known, [lock]: known }, patches: [] };
const project = {
  aliases: [{ prefix: "#", target: "src" }],
  record: { version: 1, items: { door: installed } },
} as unknown as Project;

type Texts = Readonly<Record<string, string>>;

interface Given {
  readonly sources: Texts;
  /** The item's files that go. */
  readonly gone?: readonly string[];
  readonly outcomes?: readonly FileOutcome[];
  /** Files that a step is left for already. */
  readonly manual?: readonly string[];
}

const ours: Texts = { [door]: 'import { lock } from "./lock.js";\n', [lock]: "export const lock = 1;\n" };

/** A draft over the item's files, where some of them go, and all sources. */
function drafted({ sources, gone = [lock], manual = [] }: Given) {
  const texts = { ...ours, ...sources };
  const draft = startDraft(new Map(Object.entries(texts)));
  for (const path of gone) draft.write(path, null, "goes");
  draft.manual.push(...manual.map((path) => ({ path, place: "", reason: "known", lines: [] })));
  return { draft, texts: Object.entries(texts).map(([path, text]) => ({ path, text })) };
}

const told = ({ manual }: { manual: readonly ManualStep[] }) => manual.filter(({ reason }) => reason !== "known");

function afterUpdate(given: Given): ManualStep[] {
  const { draft, texts } = drafted(given);
  planOutdatedImports({ project, sources: texts, outcomes: given.outcomes ?? [] }, draft);
  return told(draft);
}

function afterRemoval(given: Given): ManualStep[] {
  const { draft, texts } = drafted(given);
  planDanglingImports({ sources: texts, installed, project } as unknown as RemoveInput, draft);
  return told(draft);
}

const mine = "src/mine.ts";
const importing = `import { x } from "./x.js";\nimport { lock } from "./door/lock.js";\n`;
const line = 'import { lock } from "./door/lock.js";';
const moved: FileOutcome = { path: "src/door/bolt.ts", what: "updated", note: null, movedFrom: lock, conflicts: [] };
const conflict: FileOutcome = { path: mine, what: "conflict", note: null, movedFrom: null, conflicts: [] };

describe("an import of what an update takes away", () => {
  test.each<[string, Given, readonly Partial<ManualStep>[]]>([
    [
      "is named with its line",
      { sources: { [mine]: importing } },
      [
        {
          path: mine,
          place: "line 2",
          lines: [line],
          reason: `it imports files of an item: ${lock} is gone in the new version`,
        },
      ],
    ],
    [
      "is told where that is now",
      { sources: { [mine]: importing }, outcomes: [moved] },
      [{ path: mine, reason: `it imports files of an item: ${lock} is now src/door/bolt.ts` }],
    ],
    ["is named in a file of the item that stays", { sources: {} }, [{ path: door, place: "line 1" }]],
    ["in a comment is none", { sources: { [mine]: `// ${line}\n`, [door]: "" } }, []],
    [
      "is found through an alias",
      { sources: { [mine]: 'export * from "#door/lock.js";\n', [door]: "" } },
      [{ path: mine }],
    ],
    [
      "is found in require",
      { sources: { [mine]: 'const { lock } = require("./door/lock");\n', [door]: "" } },
      [{ path: mine }],
    ],
    [
      "is told once where a step for the file is left already",
      { sources: { [mine]: importing, [door]: "" }, manual: [mine] },
      [],
    ],
    [
      "is left to who settles the conflict there",
      { sources: { [mine]: importing, [door]: "" }, outcomes: [conflict] },
      [],
    ],
    ["is none where nothing goes", { sources: { [mine]: importing }, gone: [] }, []],
  ])("%s", (_, given, expected) => {
    const steps = afterUpdate(given);
    const wanted = "src/mine.ts" in given.sources ? steps.filter(({ path }) => path !== door) : steps;
    expect(wanted).toMatchObject(expected);
    expect(wanted).toHaveLength(expected.length);
  });
});

describe("an import of what a removal takes away", () => {
  test.each<[string, Given, readonly Partial<ManualStep>[]]>([
    [
      "is named with its line",
      { sources: { [mine]: importing }, gone: [door, lock] },
      [{ path: mine, place: "line 2", lines: [line], reason: `it imports ${lock}, which is taken away` }],
    ],
    [
      "is named once for a file, with all that it imports",
      { sources: { [mine]: `${importing}import "./door/door.js";\n` }, gone: [door, lock] },
      [{ path: mine, place: "line 2, 3", reason: `it imports ${lock}, ${door}, which are taken away` }],
    ],
    ["is named in an edited file of the item that stays", { sources: {} }, [{ path: door, place: "line 1" }]],
    ["in a file that goes too is none", { sources: {}, gone: [door, lock] }, []],
    [
      "is told once where a step for the file is left already",
      { sources: { [mine]: importing }, gone: [door, lock], manual: [mine] },
      [],
    ],
  ])("%s", (_, given, expected) => {
    const steps = afterRemoval(given);
    expect(steps).toMatchObject(expected);
    expect(steps).toHaveLength(expected.length);
  });
});
