import type { Node } from "@babel/types";
import { walk } from "../syntax.js";
import type { EntryFile } from "./entry-file.js";
import { dottedName, isCall, isFunction, methodName, unwrap } from "./expression.js";
import type { App } from "./find-app.js";

/** The names of the apps that another app of the file uses: `api.use("/admin", admin)`, `app.use(vhost("a.org", site))`. */
export function mountedApps(file: EntryFile, apps: readonly App[]): ReadonlySet<string> {
  const mounted = new Set<string>();
  walk(file.program, (node) => {
    if (!isCall(node) || methodName(node) !== "use") return;
    const receiver = dottedName(node.callee);
    for (const { name } of apps)
      if (!receiver.startsWith(`${name}.`) && node.arguments.some((argument) => isOrWraps(argument, name)))
        mounted.add(name);
  });
  return mounted;
}

function isOrWraps(argument: Node, name: string): boolean {
  const node = unwrap(argument);
  if (isFunction(node)) return false;
  return isCall(node) ? node.arguments.some((inner) => isOrWraps(inner, name)) : dottedName(node) === name;
}
