import type { Algorithm } from "./jwk.js";

/** What access tokens are signed with: ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4). */
export const algorithm: Algorithm = "ES256";
