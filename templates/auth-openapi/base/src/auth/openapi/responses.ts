import { z } from "zod";
import { definitionOf, type MemberSchemas, shownCode } from "../errors.js";
import { type Components, type Json, schemaOf } from "./components.js";
import type { Operation } from "./operations.js";

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
export function headersOf(status: number, { headers }: Components): Json {
  const added = Object.keys(headers).filter((name) => !(name in answerHeaders));
  const names = [...everywhere, ...(ofStatus[status] ?? []), ...added];
  return Object.fromEntries(names.map((name) => [name, headerOf(name, status)]));
}

function headerOf(name: string, status: number): Json {
  if (alwaysThere[status] !== name) return { $ref: `#/components/headers/${name}` };
  return { ...(answerHeaders[name] as Json), required: true };
}

/** Problem details (RFC 9457) for each status that these errors have. */
export function problemResponses(errors: Operation["errors"], components: Components): Json {
  const byStatus = new Map<number, Set<string>>();
  for (const error of errors) {
    const { code, status } = definitionOf(error);
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(shownCode(code)));
  }
  const responses: Json = {};
  for (const [status, shown] of byStatus) responses[status] = problemResponse(status, [...shown].sort(), components);
  return responses;
}

function problemResponse(status: number, codes: string[], components: Components): Json {
  const name = [status, ...codes].join("-");
  components.responses[name] ??= {
    description: codes.map((code) => `${code}: ${definitionOf(code).detail}`).join(" "),
    headers: headersOf(status, components),
    content: { "application/problem+json": { schema: schemaOf(problem(status, codes), "output", components) } },
  };
  return { $ref: `#/components/responses/${name}` };
}

function problem(status: number, codes: string[]) {
  const titles = new Set(codes.map((code) => definitionOf(code).title));
  return z.object({
    type: z.literal("about:blank"),
    title: z.literal([...titles]),
    status: z.int().min(status).max(status).meta({ format: "int32" }),
    detail: z.string().regex(/^.+$/).max(1000),
    code: z.enum(codes),
    ...extensionMembers(codes.map(membersOf)),
  });
}

function membersOf(code: string): MemberSchemas {
  return namesMembers.includes(code) ? { errors: issues } : definitionOf(code).members;
}

/** Codes whose problem says which members of the input it is about. */
const namesMembers = ["ValidationError", "FieldNotAvailable"];

/** A problem has the members of its code: what not every code here has can be missing. */
function extensionMembers(ofCodes: MemberSchemas[]): MemberSchemas {
  const names = new Set(ofCodes.flatMap((members) => Object.keys(members)));
  return Object.fromEntries(Array.from(names, (name) => [name, memberOf(ofCodes, name)]));
}

function memberOf(ofCodes: MemberSchemas[], name: string): z.ZodType {
  const schemas = ofCodes.flatMap((members) => members[name] ?? []);
  const schema = [...new Set(schemas)].reduce((one, other) => one.or(other));
  return schemas.length < ofCodes.length ? schema.optional() : schema;
}

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
