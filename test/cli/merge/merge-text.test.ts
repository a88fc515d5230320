import { describe, expect, test } from "vitest";
import { type Merge, mergeText } from "../../../cli/merge/merge-text.js";

const labels = { yours: "yours", theirs: "authwright 0.2.0" };

const base = `import { one } from "./one.js";

/** How many. */
export const limits = { logins: 5, minutes: 15 };

export function check(count: number): boolean {
  if (count > limits.logins) return false;
  return one(count, "strict");
}
`;

/** The same as a person with other habits has it: tabs, single quotes, no semicolons, short lines, trailing commas. */
const reformatted = `import { one } from './one.js'

/** How many. */
export const limits = {
	logins: 5,
	minutes: 15,
}

export function check(
	count: number,
): boolean {
	if (count > limits.logins)
		return false
	return one(
		count,
		'strict',
	)
}
`;

const fixed = base.replace("return false;", 'log("over", count);\n    return false;').replace("if (", "if (!count || ");

function merge(yours: string, theirs: string, path = "src/limits.ts", from: string | null = base): Merge {
  return mergeText({ base: from, yours, theirs, path }, labels);
}

describe("who changed what", () => {
  test.each([
    ["only the new version", base, fixed, fixed],
    ["only the user", reformatted, base, reformatted],
    ["nobody", base, base, base],
    ["both, the same", fixed, fixed, fixed],
    [
      "both, in different places",
      base.replace("logins: 5", "logins: 9"),
      base.replace('"strict"', '"loose"'),
      base.replace("logins: 5", "logins: 9").replace('"strict"', '"loose"'),
    ],
  ])("%s: the text is as it has to be", (_, yours, theirs, text) => {
    expect(merge(yours, theirs)).toEqual({ kind: "merged", text });
  });

  test("both on one line is a conflict, with the line in the user's file and a text for each way out", () => {
    const yours = `// mine\n\n${base.replace("logins: 5", "logins: 9")}`;
    const theirs = base.replace("logins: 5", "logins: 3").replace('"strict"', '"loose"');
    const merged = merge(yours, theirs);
    if (merged.kind !== "conflicts") throw new Error("merged");
    expect(merged.conflicts).toEqual([{ line: 6, lines: 1 }]);
    expect(merged.settled.ours).toBe(yours.replace('"strict"', '"loose"'));
    expect(merged.settled.theirs).toBe(`// mine\n\n${theirs}`);
    expect(merged.settled.inline).toContain(
      "<<<<<<< yours\nexport const limits = { logins: 9, minutes: 15 };\n=======\n" +
        "export const limits = { logins: 3, minutes: 15 };\n>>>>>>> authwright 0.2.0\n",
    );
  });
});

describe("what an editor changes by itself", () => {
  const crlf = (text: string) => text.replaceAll("\n", "\r\n");
  const mine = base.replace("logins: 5", "logins: 9");
  const merged = mine.replace('"strict"', '"loose"');
  const theirs = base.replace('"strict"', '"loose"');

  test.each([
    ["CRLF", crlf(mine), crlf(merged)],
    ["a byte order mark", `\uFEFF${mine}`, `\uFEFF${merged}`],
    ["CRLF in an unedited file", crlf(base), crlf(theirs)],
    ["no line end at the end", mine.trimEnd(), merged.trimEnd()],
    ["a byte order mark and CRLF", `\uFEFF${crlf(mine)}`, `\uFEFF${crlf(merged)}`],
    ["one CRLF among others", mine.replace("\n", "\r\n"), merged.replace("\n", "\r\n")],
  ])("%s stays", (_, yours, text) => {
    expect(merge(yours, theirs)).toEqual({ kind: "merged", text });
  });

  test("a base that was checked out with CRLF is the same base", () => {
    expect(merge(mine, theirs, "src/limits.ts", crlf(base))).toEqual({ kind: "merged", text: merged });
  });
});

describe("a user who has reformatted the file", () => {
  test("gets the new code in his layout: quotes, indent, semicolons", () => {
    const theirs = base.replace("if (", "if (!count || ").replace("5", '"five"');
    const text = reformatted.replace("if (", "if (!count || ").replace("5", "'five'");
    expect(merge(reformatted, theirs)).toEqual({ kind: "merged", text });
  });

  test("keeps his edits beside the new code", () => {
    const merged = merge(reformatted.replace("minutes: 15", "minutes: 60"), base.replace("(count, ", "(count + 1, "));
    expect(merged).toEqual({
      kind: "merged",
      text: reformatted.replace("minutes: 15", "minutes: 60").replace("\t\tcount,\n\t\t'", "\t\tcount + 1,\n\t\t'"),
    });
  });

  test("a new statement comes with his indent, quotes and line ends", () => {
    const theirs = base.replace("  return one", '  if (count < 0) throw new Error("no");\n  return one');
    const merged = merge(reformatted.replaceAll("\n", "\r\n"), theirs);
    expect(merged).toMatchObject({ kind: "merged" });
    expect((merged as { text: string }).text).toContain(
      "\r\n\tif (count < 0) throw new Error('no')\r\n\treturn one(\r\n",
    );
  });

  test("the same value changed on both sides is a conflict of that line alone", () => {
    const theirs = base.replace("minutes: 15", "minutes: 30").replace('"strict"', '"loose"');
    const merged = merge(reformatted.replace("minutes: 15", "minutes: 60"), theirs);
    if (merged.kind !== "conflicts") throw new Error("merged");
    expect(merged.conflicts).toEqual([{ line: 6, lines: 1 }]);
    expect(merged.settled.inline).toContain(
      "\tlogins: 5,\n<<<<<<< yours\n\tminutes: 60,\n=======\n\tminutes: 30,\n>>>>>>> authwright 0.2.0\n}\n",
    );
    expect(merged.settled.theirs).toBe(reformatted.replace("minutes: 15", "minutes: 30").replace("strict", "loose"));
  });

  test.each([
    ["an operator", "count > limits.logins", "count > limits.logins + 1"],
    ["a call", '"strict")', '"strict").valueOf()'],
    ["a cast", '"strict")', '"strict") as boolean'],
    ["an or", '"strict")', '"strict") || count > 99'],
  ])("the end of a statement may get %s", (_, before, after) => {
    const short = (text: string) => text.replace("\n\t\tcount,\n\t\t'strict',\n\t)", "count, 'strict')");
    const expected = short(reformatted).replace(before.replaceAll('"', "'"), after.replaceAll('"', "'"));
    expect(merge(short(reformatted), base.replace(before, after))).toEqual({ kind: "merged", text: expected });
  });

  test.each<[string, string, string, string, string]>([
    [
      "an object",
      "f({\n  a: 1,\n});\n",
      "f({\n\ta: 1\n})\n",
      'f({\n  a: 1,\n  ...(b && { c: "d" }),\n});\n',
      "f({\n\ta: 1,\n\t...(b && { c: 'd' }),\n})\n",
    ],
    ["a list", "f([a]);\n", "f([a])\n", "f([a, ...b]);\n", "f([a, ...b])\n"],
    ["a call", "f(a, b);\n", "f(a, b)\n", "f(a, ...g({ b }));\n", "f(a, ...g({ b }))\n"],
    [
      "parameters",
      "function f(\n  a: A,\n  b: B,\n) {}\n",
      "function f(\n\ta: A,\n\tb: B,\n) {}\n",
      "function f(\n  a: A,\n  ...b: B[]\n) {}\n",
      "function f(\n\ta: A,\n\t...b: B[]\n) {}\n",
    ],
    ["the beginning of a statement", "f();\n", "f()\n", "f();\n[...a].map(f);\n", "f();\n[...a].map(f)\n"],
  ])("gets a spread that the new version adds to %s", (_, old, mine, theirs, merged) => {
    const [first, reformattedFirst] = ['const one = "1";\nfirst(one);\n\n', "const one = '1'\nfirst(one)\n\n"];
    const yours = `const mine = true\n${reformattedFirst}${mine}`;
    expect(merge(yours, first + theirs, "src/size.ts", first + old)).toEqual({
      kind: "merged",
      text: `const mine = true\n${reformattedFirst}${merged}`,
    });
  });

  test("where its meaning can't be merged, the word says that", () => {
    const yours = reformatted.replace("minutes: 15", "minutes: 60").replace("return one", "return (one");
    expect(merge(yours, base.replace("15", "30"))).toMatchObject({
      kind: "conflicts",
      reason: expect.stringContaining("laid out anew"),
    });
  });

  test("another order of operations is no layout", () => {
    const from = "export const size = (width: number) => width + 2 * 3;\n";
    const merged = merge(from.replace("2 * 3", "1 * 3"), from.replace("width + 2", "(width + 2)"), "src/size.ts", from);
    expect(merged.kind).toBe("conflicts");
  });

  test("comments are never lost and never swallow code", () => {
    const theirs = base.replace("  return one", "  // the last resort\n  return one");
    const merged = merge(reformatted, theirs) as { text: string };
    expect(merged.text).toContain("\t// the last resort\n\treturn one(");
  });

  test("in a file that is no code, the layout is the text: conflicts are said", () => {
    const merged = merge("# A\n\n* one\n* two\n", "# A\n\n- one\n- three\n", "README.md", "# A\n\n- one\n- two\n");
    expect(merged).toMatchObject({ kind: "conflicts", conflicts: [{ line: 3, lines: 2 }] });
  });
});

describe("what can't be merged safely", () => {
  test("edits that meet in a text that does not parse are a conflict", () => {
    const from = 'open("a");\n\n\n\nclose("b");\n';
    const yours = from.replace('open("a");', "if (ready) {\n  open();");
    const theirs = `${from}// checked\n`;
    const merged = merge(yours, theirs, "src/x.ts", from);
    expect(merged).toMatchObject({ kind: "conflicts", reason: expect.stringContaining("no valid TypeScript") });
  });

  test("without a base every difference is the user's to decide, and what is alike is not asked", () => {
    const yours = base.replace("logins: 5", "logins: 9");
    const merged = merge(yours, base, "src/limits.ts", null);
    expect(merged).toMatchObject({ kind: "conflicts", conflicts: [{ line: 4, lines: 1 }] });
    expect(merged).toMatchObject({ settled: { ours: yours, theirs: base } });
    expect(merge(base, base, "src/limits.ts", null)).toEqual({ kind: "merged", text: base });
  });
});
