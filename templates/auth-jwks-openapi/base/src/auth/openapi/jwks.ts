import { z } from "zod";
import type { OperationGroup } from "./operations.js";

const coordinate = z
  .string()
  .regex(/^[\w-]+$/)
  .min(43)
  .max(88);
const key = z
  .object({
    kty: z.literal("EC"),
    use: z.literal("sig"),
    alg: z.enum(["ES256", "ES512"]),
    kid: z
      .string()
      .regex(/^[\w-]{43}$/)
      .max(43)
      .meta({ description: "The thumbprint of the key (RFC 7638)." }),
    crv: z.enum(["P-256", "P-521"]),
    x: coordinate,
    y: coordinate,
  })
  .meta({ id: "PublicKey" });

/** What `routes/jwks.ts` answers. */
export const jwksOperations: OperationGroup = {
  operations: [
    {
      id: "getKeySet",
      route: "GET /.well-known/jwks.json",
      topic: "Keys",
      summary: "The public keys that access tokens are verified with",
      description: "A key set of RFC 7517. Keep it for as long as `Cache-Control` says.",
      auth: "none",
      success: {
        status: 200,
        description: "The keys that sign now, signed lately, or will sign next.",
        headers: { ETag: "Changes with the keys.", "Cache-Control": "For how long it may be kept, by everybody." },
        body: z.object({ keys: z.array(key).max(10) }),
      },
      errors: [],
    },
  ],
};
