import { z } from "zod";
import { proofErrors } from "../dpop/refusals.js";
import { forwardedInput } from "../dpop/router.js";
import type { Operation, OperationGroup, Success } from "./operations.js";
import { tokens } from "./output.js";

const nonceHeader = { "DPoP-Nonce": "Where a proof came: the nonce for the next one (RFC 9449, section 8.2)." };
const proof = {
  name: "DPoP",
  in: "header",
  description: "A proof of the client's key for this request (RFC 9449, section 4.2).",
  schema: z
    .string()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    .max(4096)
    .optional(),
} as const;

/** What takes the proof of a bound session, though it takes no access token. */
const takesRefreshToken = ["refreshTokens", "validate"];

/** With a proof, a login gives tokens that are bound to its key, and every use of them takes one. */
function amend(operation: Operation): Operation {
  const { id, auth, body, parameters = [], errors, success, startsSession } = operation;
  const onRoute = auth === "none" ? [] : proofErrors.route;
  const forTokens = startsSession || takesRefreshToken.includes(id) ? proofErrors.tokens : [];
  if (onRoute.length + forTokens.length === 0) return operation;
  return {
    ...operation,
    ...(id === "validate" && { body: body?.extend(forwardedInput.shape) ?? forwardedInput }),
    parameters: [...parameters, proof],
    errors: [...errors, ...onRoute, ...forTokens],
    success: withEitherType(success),
  };
}

/** `tokenType` says whether the tokens of an answer are bound. */
function withEitherType(success: Success): Success {
  const headers = { ...success.headers, ...nonceHeader };
  const { body } = success;
  if (!(body instanceof z.ZodObject) || !("tokenType" in body.shape)) return { ...success, headers };
  const either = body.extend({ tokenType: z.enum(["Bearer", "DPoP"]) });
  return { ...success, headers, body: body === tokens ? either.meta({ id: "BoundTokens" }) : either };
}

const dpop = {
  type: "http",
  scheme: "dpop",
  description: "An access token that is bound to a key, beside a proof of that key in the header `DPoP` (RFC 9449).",
};

export const dpopOperations: OperationGroup = { amend, securitySchemes: { dpop } };
