import type { Step } from "./step.js";

/** Where the mount line goes, or why nowhere. */
export type MountPlace =
  | { readonly kind: "after" | "before"; readonly step: Step; readonly note?: string }
  | { readonly kind: "cannot"; readonly reason: string };

interface Scan {
  /** The last middleware or setting that the router should come after. */
  readonly anchor: Step | null;
  /** The first step that must come after the router. */
  readonly stop: Step | null;
}

/** After the app's own middleware, before anything that would answer, or refuse, what is ours. */
export function chooseMountPlace(steps: readonly Step[]): MountPlace {
  const { anchor, stop } = scan(steps);
  if (stop?.kind === "chain") return cannot(stop, "adds middleware and routes in one chain of calls");
  if (stop?.kind === "routed" && returns(stop)) return cannot(stop, "adds middleware and routes, and returns the app");
  if (stop?.kind === "routed") return { kind: "after", step: stop, note: chainNote(stop) };
  const note = stop?.kind === "guard" ? { note: guardNote(stop) } : {};
  if (anchor !== null) {
    const next = steps.slice(steps.indexOf(anchor) + 1).find(isRoute);
    if (next !== undefined && startsOtherMethod(anchor, next)) return { kind: "before", step: next, ...note };
    if (returns(anchor)) return cannot(anchor, "adds middleware and returns the app in one statement");
    return { kind: "after", step: anchor, ...note };
  }
  if (stop?.kind === "helper") return cannot(stop, `may add middleware, routes or both (${stop.what || "a call"})`);
  const created = steps.find((step) => step.kind === "created");
  if (created?.list != null) return { kind: "after", step: created, ...note };
  const first = steps.find((step) => step.kind !== "created");
  return first === undefined
    ? { kind: "cannot", reason: "nothing is added to the Express app in this file" }
    : { kind: "before", step: first, ...note };
}

function scan(steps: readonly Step[]): Scan {
  let anchor: Step | null = null;
  let seenRoute = false;
  for (const [at, step] of steps.entries()) {
    if (step.kind === "middleware") anchor = step;
    else if (step.kind === "setting" && !seenRoute) anchor = step;
    else if (step.kind === "unknown" && !seenRoute) anchor = step;
    else if (step.kind === "helper" && !seenRoute && steps.slice(at).some(isRoute)) anchor = step;
    else if (step.kind === "route") seenRoute = true;
    else if (!["created", "end", "setting"].includes(step.kind)) return { anchor, stop: step };
  }
  return { anchor, stop: null };
}

/** What stands below a `return` never runs. */
function returns({ statement }: Step): boolean {
  return statement.type === "ReturnStatement";
}

function isRoute(step: Step): boolean {
  return step.kind === "route" || step.kind === "shadow";
}

/** In `initializeMiddlewares()` and `initializeRoutes()` the router belongs with the routes. */
function startsOtherMethod(anchor: Step, next: Step): boolean {
  return anchor.inCalledFunction && next.inCalledFunction && next.list !== anchor.list;
}

function guardNote({ what, statement }: Step): string {
  return `mounted before ${what || "the guard"} (line ${statement.loc!.start.line}), which would ask for a login to log in`;
}

function chainNote({ what, statement }: Step): string {
  return `mounted after the chain of line ${statement.loc!.start.line}: a catch-all in ${what || "its router"} would answer first`;
}

function cannot({ statement }: Step, why: string): MountPlace {
  return { kind: "cannot", reason: `line ${statement.loc!.start.line} ${why}` };
}
