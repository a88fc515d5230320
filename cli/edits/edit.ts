/** The answer of every edit of a user's file: it was made, it is there already, or it can't be made safely. */
export type Edit =
  | { readonly kind: "applied"; readonly text: string; readonly added: readonly string[] }
  | { readonly kind: "already" }
  | { readonly kind: "cannot"; readonly reason: string; readonly place: string; readonly paste: readonly string[] };
