import { isFunction } from "../../../edits/entry/expression.js";
import type { Step } from "../../../edits/entry/step.js";
import type { Check, Finding } from "../../checkup.js";
import { isTest } from "../../code/locate.js";
import { mountFiles } from "../../code/mounts.js";
import { placeNow } from "../../moved.js";

/** A router that nothing mounts, or that stands after what answers every request. */
export const routerPlace: Check = {
  name: "router-place",
  run: ({ record, items, sources, project }) =>
    Object.entries(record.items).flatMap(([name, installed]) => {
      const mount = items.find((item) => item.name === name)?.mount;
      if (!mount || installed.mount === null) return [];
      const module = placeNow(mount.file, installed);
      const own = sources.filter(({ path }) => path === module || !(installed.files[path] || isTest(path, record)));
      const files = mountFiles(module, installed.mount, own, project);
      const mounted = files.filter((file) => file.mounted);
      if (mounted.length === 0) return [notMounted(mount.export, installed.mount, project.entry?.path ?? null)];
      return mounted.flatMap(({ path, line, earlier }) => {
        const before = earlier.find(answersAll);
        return before ? [tooLate(mount.export, path, line, before)] : [];
      });
    }),
};

function notMounted(router: string, mount: string, file: string | null): Finding {
  return {
    level: "warning",
    file,
    line: null,
    what: `${router} is mounted nowhere`,
    why: "none of its routes answers",
    fix: `app.use("${mount}", ${router}), after your own middleware and before any 404`,
  };
}

function tooLate(router: string, file: string, line: number | null, before: Step): Finding {
  const guard = before.kind === "guard";
  const what = before.what || (guard ? "a guard" : "a 404 or catch-all");
  return {
    level: "warning",
    file,
    line,
    what: `${router} is mounted after ${what} (line ${before.statement.loc!.start.line})`,
    why: guard ? "logging in would need a login" : "its requests are answered before they get there",
    fix: `move the line above line ${before.statement.loc!.start.line}`,
  };
}

/** An error handler lets requests pass. */
function answersAll({ kind, what, statement }: Step): boolean {
  if (kind === "guard") return true;
  if (kind !== "final" || (/error|exception/i.test(what) && !/not_?found|404/i.test(what))) return false;
  const call = statement.type === "ExpressionStatement" ? statement.expression : null;
  const last = call?.type === "CallExpression" ? call.arguments.at(-1) : null;
  return !(last && isFunction(last) && last.params.length === 4);
}
