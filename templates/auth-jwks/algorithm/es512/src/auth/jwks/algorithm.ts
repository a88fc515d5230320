import type { Algorithm } from "./jwk.js";

/** What access tokens are signed with: ECDSA on P-521 with SHA-512 (RFC 7518, section 3.4). */
export const algorithm: Algorithm = "ES512";
