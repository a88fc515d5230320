import type { CallExpression } from "@babel/types";
import { attempt } from "../../text/attempt.js";
import { walk } from "../syntax.js";
import { type EntryFile, readEntryFile } from "./entry-file.js";
import { namesOfRouter } from "./existing-router.js";
import { dottedName, isCall, methodName } from "./expression.js";
import { findApps } from "./find-app.js";
import { kindOfHandlers } from "./handler-kind.js";
import type { MountOptions } from "./mount-options.js";
import { pathText, segments } from "./route-path.js";

const verbs = /^(use|all|get|post|put|patch|delete|options|head|route)$/;

/**
 * What of the user's stands where the router would go, as one phrase with its line; null where nothing does. A file that
 * does not parse has no conflict: `mountRouter` refuses it.
 */
export function findMountConflict(source: string, options: MountOptions): string | null {
  const file = attempt(() => readEntryFile(source, options.path));
  if (file === null) return null;
  const ours = namesOfRouter(file, options.specifier, options.sameModule);
  return otherDeclaration(file, options.importName, ours) ?? otherMount(file, options.mount, ours);
}

function otherDeclaration(file: EntryFile, name: string, ours: readonly string[]): string | null {
  if (ours.includes(name)) return null;
  let line: number | null = null;
  walk(file.program, (node, parents) => {
    if (node.type !== "Identifier" || node.name !== name || line !== null) return;
    const parent = parents.at(-1);
    const declares =
      (parent?.type === "VariableDeclarator" && parent.id === node) ||
      (parent !== undefined &&
        /^(Function|Class)Declaration$/.test(parent.type) &&
        "id" in parent &&
        parent.id === node) ||
      (parent !== undefined &&
        /^Import(Default|Namespace)?Specifier$/.test(parent.type) &&
        "local" in parent &&
        parent.local === node) ||
      (parent?.type === "ObjectProperty" && parents.at(-2)?.type === "ObjectPattern" && parent.value === node) ||
      (parent?.type === "TSImportEqualsDeclaration" && parent.id === node);
    if (declares) line = node.loc!.start.line;
  });
  if (line === null) return null;
  const origin = file.origins.get(name);
  return origin === undefined
    ? `${name} is already declared on line ${line}`
    : `${name} is already imported from "${origin}" on line ${line}`;
}

function otherMount(file: EntryFile, mount: string, ours: readonly string[]): string | null {
  const prefixes = new Map(findApps(file).map((app) => [app.name, ""]));
  let conflict: string | null = null;
  for (let round = 0; round < 3; round++)
    walk(file.program, (node) => {
      if (!isCall(node) || !verbs.test(methodName(node))) return;
      conflict ??= mountedBy(node, prefixes, file, mount, ours);
    });
  return conflict;
}

/** Follows `api.use("/auth", ...)` where `app.use("/api", api)` stands in the same file. */
function mountedBy(
  call: CallExpression,
  prefixes: Map<string, string>,
  file: EntryFile,
  mount: string,
  ours: readonly string[],
): string | null {
  const receiver = dottedName(call.callee)
    .replace(/\.[^.]*$/, "")
    .replace(/\.(use|route|all|get|post|put|patch|delete)\b.*$/, "");
  const prefix = prefixes.get(receiver);
  const [first, ...handlers] = call.arguments;
  if (prefix === undefined || first === undefined) return null;
  const own = pathText(first, file);
  if (own === null && !(call.arguments.length === 1 && methodName(call) === "use")) return null;
  const path = `${prefix}/${own ?? ""}`;
  const handed = handlers.length === 0 ? [first] : handlers;
  const names = handed.map((handler) => dottedName(handler));
  if (methodName(call) === "use") for (const name of names) if (!prefixes.has(name)) prefixes.set(name, path);
  if (!isAtOrBelow(path, mount) || names.some((name) => ours.includes(name))) return null;
  if (own === null || (methodName(call) === "use" && kindOfHandlers(handlers, file) === "passing")) return null;
  return `${receiver}.${methodName(call)}("${own}") on line ${call.loc!.start.line} already answers below ${mount}`;
}

function isAtOrBelow(path: string, mount: string): boolean {
  const theirs = segments(path);
  return segments(mount).every((segment, at) => theirs[at] === segment);
}
