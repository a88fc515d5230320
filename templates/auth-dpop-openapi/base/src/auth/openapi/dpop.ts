import { z } from "zod";
import { forwardedInput } from "../dpop/input.js";
import { proofErrors } from "../dpop/refusals.js";
import type { Operation, OperationGroup } from "./operations.js";

const proof = {
  name: "DPoP",
  in: "header",
  description:
    "A proof of the client's key for this request (RFC 9449, section 4.2): binds the tokens, or is of their key.",
  schema: z
    .string()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    .max(4096),
} as const;

/** What takes the proof of a bound session, though it takes no access token. */
const takesRefreshToken = ["refreshTokens", "validate"];

/** With a proof, a login gives tokens that are bound to its key, and every use of them takes one. */
function amend(operation: Operation): Operation {
  const { id, auth, body, parameters = [], errors, success, startsSession } = operation;
  const handsOut = startsSession || takesRefreshToken.includes(id);
  const onRoute = auth === "none" ? [] : proofErrors.route;
  return {
    ...operation,
    ...(id === "validate" && body && { body: body.extend(forwardedInput.shape) }),
    ...(handsOut && { parameters: [...parameters, proof] }),
    errors: [...errors, ...onRoute, ...(handsOut ? proofErrors.tokens : [])],
    success: success.body ? { ...success, body: withEitherType(success.body) } : success,
  };
}

/** `tokenType` says whether the tokens of an answer are bound. */
function withEitherType(body: z.ZodType): z.ZodType {
  if (body instanceof z.ZodUnion) return z.union((body.options as z.ZodType[]).map(withEitherType));
  const { shape } = body instanceof z.ZodObject ? body : { shape: {} };
  if (!("tokenType" in shape)) return body;
  return z.object({ ...shape, tokenType: z.enum(["Bearer", "DPoP"]) });
}

const dpop = {
  type: "http",
  scheme: "dpop",
  description: "An access token that is bound to a key, beside a proof of that key in the header `DPoP` (RFC 9449).",
};

const answerHeaders = {
  "DPoP-Nonce": {
    description: "Where a proof came: the nonce for the next one (RFC 9449, section 8.2).",
    schema: { type: "string", maxLength: 64, pattern: "^[\\w-]+$" },
  },
};

export const dpopOperations: OperationGroup = { amend, securitySchemes: { dpop }, answerHeaders };
