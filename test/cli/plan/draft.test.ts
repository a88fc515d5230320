import { describe, expect, test } from "vitest";
import { startDraft } from "../../../cli/plan/draft.js";

const mark = "\uFEFF";
const draftOf = (bytes: string | null) => startDraft(new Map([["a", bytes]]));

describe("a file that begins with a byte order mark", () => {
  test("is read without it, and keeps it when it is edited, twice or after it was to go", () => {
    const draft = draftOf(`${mark}one\r\ntwo\n`);
    expect([draft.read("a"), draft.original("a")]).toEqual(["one\r\ntwo\n", "one\r\ntwo\n"]);
    draft.edit("a", "one\r\n", "a");
    draft.edit("a", `${draft.read("a")}three\n`, "b");
    const change = { before: `${mark}one\r\ntwo\n`, after: `${mark}one\r\nthree\n`, why: "a, b" };
    expect(draft.changes()).toEqual([expect.objectContaining(change)]);
    draft.write("a", null, "goes");
    expect(draft.read("a")).toBeNull();
    draft.edit("a", draft.original("a")!, "stays");
    expect(draft.changes()).toEqual([]);
  });

  test("loses it where the whole file is written anew", () => {
    const draft = draftOf(`${mark}one\n`);
    draft.write("a", "one\n", "ours");
    expect(draft.changes()).toEqual([expect.objectContaining({ kind: "edit", after: "one\n" })]);
  });

  test("is no change when its text is put back", () => {
    const draft = draftOf(`${mark}one\n`);
    draft.edit("a", draft.read("a")!, "nothing");
    expect(draft.changes()).toEqual([]);
  });

  test("lends it to a text that goes to another place", () => {
    const draft = startDraft(
      new Map([
        ["a", `${mark}one\n`],
        ["b", null],
      ]),
    );
    draft.write("b", draft.asIn("a", "two\n"), "moved");
    draft.write("a", null, "moved");
    expect(draft.changes().map(({ after }) => after)).toEqual([`${mark}two\n`, null]);
  });
});

test("a file without one gets none, and a text of ours that has one keeps it", () => {
  const draft = draftOf(null);
  draft.edit("a", "one\n", "new");
  expect(draft.changes()).toEqual([expect.objectContaining({ kind: "create", after: "one\n" })]);
  draft.write("a", `${mark}one\n`, "ours");
  expect(draft.read("a")).toBe("one\n");
  expect(draft.changes()).toEqual([expect.objectContaining({ after: `${mark}one\n` })]);
});
