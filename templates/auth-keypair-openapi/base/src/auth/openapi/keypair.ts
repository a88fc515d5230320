import { z } from "zod";
import { newTokenInput } from "../keypair/input.js";
import { mostTokens, tooManyTokens } from "../keypair/limits.js";
import { text } from "../user-fields.js";
import type { Operation, OperationGroup } from "./operations.js";
import { time } from "./output.js";

const tokenId = z
  .string()
  .regex(/^[\w-]{22}$/)
  .max(22)
  .meta({ description: "Public: it opens nothing." });
const token = z.object({ id: tokenId, name: text(100), createdAt: time, expiresAt: time }).meta({ id: "KeypairToken" });
const shownOnce = z
  .string()
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  .max(4096)
  .meta({ description: "Shown this once. Send it as `Authorization: Bearer`." });

/** What `auth/keypair/router.ts` answers. */
const operations: Operation[] = [
  {
    id: "createKeypairToken",
    route: "POST /keypair-tokens",
    topic: "Keypair tokens",
    summary: "Make a token for a machine",
    description: "It opens the application's own routes. Takes a login within the last 10 minutes.",
    auth: "required",
    body: newTokenInput,
    success: {
      status: 201,
      description: "The token, which nobody can show again.",
      body: z.object({ ...token.shape, token: shownOnce, tokenType: z.literal("Bearer") }),
    },
    errors: [tooManyTokens, "TooManyRequests"],
  },
  {
    id: "getKeypairTokens",
    route: "GET /keypair-tokens",
    topic: "Keypair tokens",
    summary: "The user's live tokens",
    auth: "required",
    success: {
      status: 200,
      description: "The newest comes first.",
      body: z.object({ tokens: z.array(token).max(mostTokens) }),
    },
    errors: [],
  },
  {
    id: "endKeypairToken",
    route: "DELETE /keypair-tokens/{id}",
    topic: "Keypair tokens",
    summary: "End a token",
    description: "A token may end itself, and no other.",
    auth: "required",
    parameters: [{ name: "id", in: "path", description: "The id of the token.", schema: tokenId }],
    success: { status: 204, description: "It opens nothing any more." },
    errors: ["NotFound"],
  },
];

/** Where a request is authenticated, a keypair token is not enough: but for whom it speaks for. */
function amend(operation: Operation): Operation {
  const isOpen = operation.auth !== "required" || operation.route === "GET /me";
  if (isOpen || operation.errors.includes("ForbiddenError")) return operation;
  return { ...operation, errors: [...operation.errors, "ForbiddenError"] };
}

export const keypairOperations: OperationGroup = { operations, amend };
