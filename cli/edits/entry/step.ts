import type { Node, Statement } from "@babel/types";

/**
 * What one statement does to the app.
 * - created: the app is made
 * - setting: `app.set`, `app.locals`, ...
 * - middleware, unknown: runs for every request and passes it on; unknown is a guess by position
 * - route: answers some paths, none of ours
 * - shadow: may answer our paths, or a part of them
 * - final: 404, catch-all, error handler
 * - guard: refuses requests without a login
 * - helper: hands the app to code that can't be seen
 * - chain: several of these in one statement
 * - routed: a chain of middleware whose routers pass on what is not theirs
 * - end: listens, returns, exports, wraps
 */
export type StepKind =
  | "created"
  | "setting"
  | "middleware"
  | "unknown"
  | "route"
  | "shadow"
  | "final"
  | "guard"
  | "helper"
  | "chain"
  | "routed"
  | "end";

export interface Step {
  readonly kind: StepKind;
  readonly statement: Node;
  /** The statements that `statement` stands among; null for a class property. */
  readonly list: readonly Statement[] | null;
  /** How the app is called there: "app", "this.app". */
  readonly app: string;
  /** What it is, for a message: `requireAuth`. */
  readonly what: string;
  /** Inside a function that the file calls, not in the code that makes the app. */
  readonly inCalledFunction: boolean;
}

const strongestFirst: readonly StepKind[] = [
  "chain",
  "routed",
  "final",
  "guard",
  "shadow",
  "helper",
  "route",
  "unknown",
  "middleware",
  "setting",
  "end",
  "created",
];

export function strongest(kinds: readonly StepKind[]): StepKind | null {
  return strongestFirst.find((kind) => kinds.includes(kind)) ?? null;
}
