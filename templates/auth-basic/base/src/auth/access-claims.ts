import type { AccessClaim } from "./claim.js";

/**
 * What access tokens say of a login besides what RFC 9068 asks for. An entry is all that it takes: signup, login, refresh
 * and password change put it into the token, and every authenticator, a cookie too, on `req.auth`, with its type:
 *
 *     claim({ name: "role", from: users.role, type: z.string(), onAuth: "role", endsSessions: true })
 *
 * What a token says stays said until it expires. With `endsSessions`, whoever changes the column through this module ends
 * the user's sessions with it. An add-on appends its own.
 */
export const accessClaims = [] as const satisfies readonly AccessClaim[];
