import type { CallExpression, Node } from "@babel/types";
import type { EntryFile } from "./entry-file.js";
import { dottedName, methodName } from "./expression.js";
import { type HandlerKind, kindOfHandlers } from "./handler-kind.js";
import { isPath, type Reach, reachOf } from "./route-path.js";
import type { StepKind } from "./step.js";

const settings = /^(set|enable|disable|enabled|disabled|engine|param|on|once|address|toString)$/;
const verbs = /^(all|get|post|put|patch|delete|del|options|head|search|ws|route)$/;

const endNames =
  /createServer|createSecureServer|listen|serverless|lambda|(^|\.)(http|https|spdy)\.Server$|(^|\.)Server$|websocket|socket|greenlock|terminus|shutdown|(^|\.)request$|export|startServer|stoppable|(^|\.)(log|info|debug)$/i;
const finalNames = /error|not_?found|404|fallback|catch|vite|static/i;
const shadowNames = /rout|controller|endpoint|apis?(\.|$)|graphql|resolver|trpc|open_?api/i;
const routeNames = /swagger|docs|health|monitor|admin|bull/i;
const middlewareNames =
  /middle|secur|pars|cors|session|log|helmet|view|i18n|passport|compress|limit|cookie|express_?ws|template|engine|sentry|instrument|trac|prom|metric/i;
const setUp = /(^|\.)(set_?up|configure?|init(ialize)?|add|apply|register|use|install|enable)_?([A-Z]\w*)$/;
const everything =
  /^(App|Application|Express|Server|All|Everything|Loaders?|Modules?|Features?|Plugins?)(App|Server)?$/;

/** What `app.method(...)` does, given where the router will be mounted. */
export function kindOfAppCall(call: CallExpression, mount: string, file: EntryFile): StepKind {
  const method = methodName(call);
  if (method === "listen") return "end";
  if (settings.test(method) || (method === "get" && call.arguments.length === 1)) return "setting";
  if (method === "use") return kindOfUse(call.arguments, mount, file);
  return verbs.test(method) ? kindOfVerb(call.arguments, mount, file) : "helper";
}

function kindOfUse(args: readonly Node[], mount: string, file: EntryFile): StepKind {
  const [first, ...rest] = args;
  if (first === undefined) return "setting";
  if (!isPath(first, file, rest.length === 0)) return withoutPath(kindOfHandlers(args, file));
  return withPath(reachOf(first, mount, true, file), kindOfHandlers(rest, file));
}

function kindOfVerb(args: readonly Node[], mount: string, file: EntryFile): StepKind {
  const [first, ...rest] = args;
  if (first === undefined) return "route";
  return withPath(reachOf(first, mount, false, file), rest.length === 0 ? "router" : kindOfHandlers(rest, file));
}

function withoutPath(kind: HandlerKind): StepKind {
  if (kind === "router") return "shadow";
  return kind === "passing" ? "middleware" : kind;
}

function withPath(reach: Reach, kind: HandlerKind): StepKind {
  if (kind === "passing") return "middleware";
  if (reach === "other") return "route";
  if (reach === "everything") return kind === "guard" ? "guard" : "final";
  return kind === "guard" ? "guard" : "shadow";
}

/** What a call does that is handed the app: `setupMiddleware(app)`, `createServer(app)`. Only its name can tell. */
export function kindOfHelper(callee: Node): StepKind {
  const name = dottedName(callee);
  if (/express_?ws$/i.test(name)) return "middleware";
  if (finalNames.test(name)) return "final";
  if (shadowNames.test(name)) return "shadow";
  if (endNames.test(name)) return "end";
  if (routeNames.test(name)) return "route";
  if (middlewareNames.test(name)) return "middleware";
  const noun = setUp.exec(name)?.[4];
  return noun !== undefined && !everything.test(noun) ? "middleware" : "helper";
}
