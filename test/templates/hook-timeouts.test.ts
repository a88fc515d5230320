import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CallExpression } from "@babel/types";
import { expect, test } from "vitest";
import { parseSource, walk } from "../../cli/edits/syntax.js";
import { repo } from "../support/template-tree.js";

// A runner gives a hook 10 or 5 seconds by itself: too few for a database to start on a loaded machine.
test("each hook of the tests that ship has a minute, but those that wait for nothing", async () => {
  const hooks = (await shippedTests()).flatMap(({ path, text }) => hooksOf(path, text));
  expect(hooks.length).toBeGreaterThan(40);
  expect(hooks.filter(({ milliseconds }) => milliseconds !== "60_000")).toEqual([]);
});

interface Hook {
  readonly place: string;
  readonly milliseconds: string | undefined;
}

function hooksOf(path: string, text: string): Hook[] {
  const hooks: Hook[] = [];
  walk(parseSource(text, path).program, (node) => {
    if (node.type !== "CallExpression" || !isHook(node) || !waits(node)) return;
    const [, timeout] = node.arguments;
    hooks.push({
      place: `${path}:${node.loc?.start.line}`,
      milliseconds: timeout && text.slice(timeout.start!, timeout.end!),
    });
  });
  return hooks;
}

function isHook({ callee }: CallExpression): boolean {
  return callee.type === "Identifier" && /^(before|after)(All|Each)$/.test(callee.name);
}

/** A function that is passed by its name is taken for one that waits. */
function waits({ arguments: [hook] }: CallExpression): boolean {
  return hook?.type !== "ArrowFunctionExpression" || hook.async;
}

async function shippedTests(): Promise<{ path: string; text: string }[]> {
  const templates = join(repo, "templates");
  const paths = (await readdir(templates, { recursive: true })).filter((path) => path.endsWith(".test.ts"));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(templates, path), "utf8") })));
}
