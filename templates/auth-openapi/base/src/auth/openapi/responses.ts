import { z } from "zod";
import { type ErrorCode, errorTable, shownCode } from "../errors.js";
import { type Components, type Json, schemaOf } from "./components.js";

const text = { type: "string", maxLength: 256, pattern: "^.+$" };
const seconds = { type: "integer", format: "int32", minimum: 1, maximum: 2_678_400 };

/** Headers of answers, by name. Those that are not `required` can be missing. */
export const answerHeaders: Json = {
  "Cache-Control": {
    description: "No cache may keep an answer.",
    required: true,
    schema: { type: "string", const: "no-store" },
  },
  "Access-Control-Allow-Origin": {
    description: "Sent to the origins that the application allows (CORS); never `*` with cookies.",
    schema: text,
  },
  RateLimit: {
    description: "Sent by a limiter in front of this server, if there is one. Its own answer is 429 with Retry-After.",
    schema: text,
  },
  "Retry-After": { description: "Seconds to wait (RFC 9110, section 10.2.3).", schema: seconds },
  "WWW-Authenticate": {
    description: "How to authenticate, or what is wrong with the token (RFC 6750, section 3; RFC 9470).",
    schema: text,
  },
};

const everywhere = ["Cache-Control", "Access-Control-Allow-Origin", "RateLimit"];
const ofStatus: Record<number, string[]> = {
  401: ["WWW-Authenticate"],
  403: ["WWW-Authenticate"],
  429: ["Retry-After"],
  503: ["Retry-After"],
};
/** What an answer of that status never lacks. */
const alwaysThere: Record<number, string> = { 401: "WWW-Authenticate", 429: "Retry-After" };

/** The headers of every answer with that status. */
export function headersOf(status: number): Json {
  const names = [...everywhere, ...(ofStatus[status] ?? [])];
  return Object.fromEntries(names.map((name) => [name, headerOf(name, status)]));
}

function headerOf(name: string, status: number): Json {
  if (alwaysThere[status] !== name) return { $ref: `#/components/headers/${name}` };
  return { ...(answerHeaders[name] as Json), required: true };
}

/** Problem details (RFC 9457) for each status that these codes have. */
export function problemResponses(codes: readonly ErrorCode[], components: Components): Json {
  const byStatus = new Map<number, Set<ErrorCode>>();
  for (const code of codes) {
    const { status } = errorTable[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(shownCode(code)));
  }
  const responses: Json = {};
  for (const [status, shown] of byStatus) responses[status] = problemResponse(status, [...shown].sort(), components);
  return responses;
}

function problemResponse(status: number, codes: ErrorCode[], components: Components): Json {
  const name = [status, ...codes].join("-");
  components.responses[name] ??= {
    description: codes.map((code) => `${code}: ${errorTable[code].detail}`).join(" "),
    headers: headersOf(status),
    content: { "application/problem+json": { schema: schemaOf(problem(status, codes), "output", components) } },
  };
  return { $ref: `#/components/responses/${name}` };
}

function problem(status: number, codes: ErrorCode[]) {
  const title = Object.values(errorTable).find((row) => row.status === status)?.title ?? "Error";
  const members = {
    type: z.literal("about:blank"),
    title: z.literal(title),
    status: z.int().min(status).max(status).meta({ format: "int32" }),
    detail: z.string().regex(/^.+$/).max(1000),
    code: z.enum(codes as [ErrorCode, ...ErrorCode[]]),
  };
  if (codes.every((code) => namesMembers.includes(code))) return z.object({ ...members, errors: issues });
  return codes.some((code) => namesMembers.includes(code))
    ? z.object({ ...members, errors: issues.optional() })
    : z.object(members);
}

/** Codes whose problem says which members of the input it is about. */
const namesMembers: ErrorCode[] = ["ValidationError", "FieldNotAvailable"];

const issues = z
  .array(
    z.object({
      path: z.string().regex(/^.*$/).max(1000).meta({ description: "The member; empty for the body itself." }),
      message: z.string().regex(/^.+$/).max(1000),
    }),
  )
  .min(1)
  .max(1000)
  .meta({ id: "InputIssues" });
