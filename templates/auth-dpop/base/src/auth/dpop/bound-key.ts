import { sql } from "drizzle-orm";
import { z } from "zod";
import { sessions } from "../../db/schema/auth.js";
import { keyBindings } from "../../db/schema/auth-dpop.js";
import type { AccessClaim, ClaimDefinition } from "../access-claims.js";

const bound = sql`(select ${keyBindings.thumbprint} from ${keyBindings} where ${keyBindings.sessionId} = ${sessions.id})`;

/** The key that an access token is bound to: `cnf.jkt` (RFC 9449, section 6.1). A token of a session that is not has none. */
export const boundKey = {
  name: "cnf",
  from: bound,
  toClaim: (thumbprint: string | null) => (thumbprint ? confirmationOf(thumbprint) : undefined),
  type: z.object({ jkt: z.string() }).optional(),
  standard: "RFC 7800",
} satisfies ClaimDefinition as ClaimDefinition as AccessClaim;

/** What `cnf` says of a key. */
export function confirmationOf(thumbprint: string): { jkt: string } {
  return { jkt: thumbprint };
}
