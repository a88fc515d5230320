/** The answer of every edit of a user's file: it was made, it is there already, or it can't be made safely. */
export type Edit =
  | {
      readonly kind: "applied";
      readonly text: string;
      readonly added: readonly string[];
      /** What the user should know about the place, where there is something to know. */
      readonly note?: string;
    }
  | { readonly kind: "already" }
  | { readonly kind: "cannot"; readonly reason: string; readonly place: string; readonly paste: readonly string[] };
