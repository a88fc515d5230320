import type { z } from "zod";
import type { ErrorCode, ErrorDefinition } from "../errors.js";
import { basicOperations } from "./basic-operations.js";
import { openApiOperations } from "./openapi.js";

/** One route as its clients see it: what documents, clients and tests are made from. */
export interface Operation {
  /** Unique among all: "endSession". */
  id: string;
  /** Method and path below the module's own, as OpenAPI spells them: "DELETE /sessions/{id}". */
  route: `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;
  /** Operations of one topic stand together. */
  topic: string;
  summary: string;
  /** What the summary leaves out (CommonMark). */
  description?: string;
  /** "required": everything in `authenticators.ts` opens it. "optional": the same, or what is in the body. */
  auth: "none" | "required" | "optional";
  /** Who is authenticated must be one of these. */
  roles?: string[];
  /** It answers with the tokens of a new session; another transport may deliver something else. */
  startsSession?: true;
  parameters?: Parameter[];
  body?: z.ZodObject;
  bodyIsOptional?: true;
  success: Success;
  /** What else it answers where all went well, with another status. */
  otherSuccess?: Success;
  /** What can go wrong beside `impliedErrors`: codes of the module, and what `defineError` made. */
  errors: (ErrorCode | ErrorDefinition)[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  schema: z.ZodType;
}

export interface Success {
  status: 200 | 201 | 202 | 204;
  description: string;
  /** Name and meaning of headers beside those that every answer has. */
  headers?: Record<string, string>;
  body?: z.ZodType;
}

/** What one item says of the module's routes. */
export interface OperationGroup {
  /** One with the route of an earlier one takes its place. */
  operations?: Operation[];
  /** Says how the item changes operations, its own and those of others. */
  amend?: (operation: Operation) => Operation;
  /** What else authenticates a request: OpenAPI's Security Scheme Objects by name. */
  securitySchemes?: Record<string, Readonly<Record<string, string>>>;
  /** Headers that any answer may have: OpenAPI's Header Objects by name. */
  answerHeaders?: Record<string, { description: string; schema: object }>;
}

/** What is documented. An add-on appends its own. */
export const operationGroups: OperationGroup[] = [basicOperations, openApiOperations];

/** Every operation, as all that is installed makes it. */
export function allOperations(groups: readonly OperationGroup[] = operationGroups): Operation[] {
  const byRoute = new Map<string, Operation>();
  for (const { operations = [] } of groups) for (const operation of operations) byRoute.set(operation.route, operation);
  return Array.from(byRoute.values(), (operation) =>
    groups.reduce((amended, { amend }) => (amend ? amend(amended) : amended), operation),
  );
}

/** What can go wrong by the kind of an operation. */
export function impliedErrors({ auth, body, parameters }: Operation): ErrorCode[] {
  const ofAuth: ErrorCode[] = auth === "none" ? [] : ["NotAuthenticated", "InvalidAccessToken"];
  const ofInput: ErrorCode[] = body || parameters ? ["ValidationError"] : [];
  const ofBody: ErrorCode[] = body ? ["PayloadTooLarge", "UnsupportedMediaType"] : [];
  return [...ofInput, ...ofAuth, ...ofBody, "InternalError", "ServiceUnavailable"];
}
