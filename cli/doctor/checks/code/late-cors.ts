import { withoutComments } from "../../../project/sources/source-imports.js";
import { recordedPaths } from "../../../record/recorded-paths.js";
import type { Check, Finding } from "../../checkup.js";
import { guardsOf } from "../../code/guards.js";
import { isTest, lineAt } from "../../code/locate.js";

/** `cors(...)`, `allowOrigins`, or a route of one's own for preflights. */
const answersPreflights = /\bcors\s*\(|\ballowOrigins\s*[,)]|\.options\s*\(/;

/** Whether a text may do so, comments and all: what does not is not read further. */
const speaksOfPreflights = /\bcors\b|allowOrigins|\.options/;

/** What answers preflights behind a guard that refuses them: they carry no credentials. */
export const lateCors: Check = {
  name: "late-cors",
  run: (checkup) => {
    const guards = guardsOf(checkup);
    const installed = recordedPaths(checkup.record);
    return checkup.sources
      .filter(
        ({ path, text }) => speaksOfPreflights.test(text) && !installed.has(path) && !isTest(path, checkup.record),
      )
      .flatMap(({ path, text }) => findingIn(path, withoutComments(text), guards(path)) ?? []);
  },
};

function findingIn(path: string, code: string, guards: readonly string[]): Finding | null {
  const first = code.search(answersPreflights);
  const guarded = guards.map((name) => firstUseOf(name, code)).filter((at) => at !== -1);
  const at = Math.min(...guarded);
  if (guarded.length === 0 || first === -1 || first < at) return null;
  return {
    level: "hint",
    file: path,
    line: lineAt(code, at),
    what: "a guard stands before what answers preflights (CORS)",
    why: "a preflight carries no credentials: it is 401 there, and pages of other origins can't send their requests",
    fix: "put cors() or allowOrigins before the guard",
  };
}

/** `app.use(guard)`, `app.use("/orders", guard, ...)`: for every method, so for OPTIONS too. */
function firstUseOf(name: string, code: string): number {
  const guard = name.replaceAll("$", "\\$");
  return code.search(new RegExp(`\\.(?:use|all)\\(\\s*(?:["'\`][^"'\`\\n]*["'\`]\\s*,\\s*)?${guard}(?![\\w$])`));
}
