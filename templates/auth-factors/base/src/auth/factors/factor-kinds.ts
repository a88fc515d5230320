import type { Column } from "drizzle-orm";
import { recoveryCodeKind } from "./recovery-code-kind.js";

/** A kind of second factor, and where those of it stand that are set. The row is the only thing that says so. */
export interface FactorKind {
  /** As clients read it: "totp". */
  readonly name: string;
  /** What it proves, in the words of RFC 8176. */
  readonly amr: readonly string[];
  /** Good only beside a factor of another kind: alone it makes no login ask for it. */
  readonly isSpare?: true;
  /** The user whose row it is. */
  readonly owner: Column;
  /** When it was set; null as long as it is not. */
  readonly setAt: Column;
  /** When it was used last; null where it never was. */
  readonly usedAt?: Column;
}

/** Every kind of second factor. An add-on appends its own. */
export const factorKinds: FactorKind[] = [recoveryCodeKind];
