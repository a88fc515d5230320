import { z } from "zod";
import { loginName, maxLoginNameCharacters } from "../login-name.js";
import { type FieldsWith, type FieldType, fieldEntries, isNullable, type NullableField } from "../user-fields.js";

/** What clients are answered, for documents and tests; nothing is checked against it while the server runs. */

/** UTC, in the one form that JSON.stringify gives a Date. */
export const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .max(24)
  .meta({ format: "date-time", examples: ["2026-01-31T12:00:00.000Z"] });

export const sessionId = z
  .string()
  .regex(/^[\w-]{43}$/)
  .max(43)
  .meta({ description: "Public: it opens nothing." });

/** A header of each answer to who has proven to be the owner of an account. */
export const deviceCookie = {
  "Set-Cookie":
    "`__Host-device`: HttpOnly, Secure, SameSite=Strict. It opens nothing; at the next login it tells the owner's browser from a stranger's.",
};

type AnsweredFields = {
  [Name in FieldsWith<"inAnswers", true>]: Name extends NullableField
    ? z.ZodNullable<FieldType<Name>>
    : FieldType<Name>;
};
const answeredFields = Object.fromEntries(
  fieldEntries.flatMap(([name, { type, inAnswers }]) =>
    inAnswers ? [[name, isNullable(name) ? type.nullable() : type]] : [],
  ),
) as AnsweredFields;

export const user = z
  .object({
    id: z.uuid().max(36),
    [loginName]: z.string().regex(/^\S+$/).min(1).max(maxLoginNameCharacters),
    ...answeredFields,
    createdAt: time,
  })
  .meta({ id: "User" });

const seconds = z.int().min(1).max(86_400);

export const tokens = z
  .object({
    accessToken: z
      .string()
      .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      .max(4096)
      .meta({ description: "A JWT (RFC 9068). Send it as `Authorization: Bearer`." }),
    refreshToken: z
      .string()
      .regex(/^[\w-]{72}$/)
      .max(72)
      .meta({ description: "Good once, for the next tokens." }),
    tokenType: z.literal("Bearer"),
    expiresIn: seconds.meta({ format: "int32", description: "Seconds that the access token lives." }),
  })
  .meta({ id: "Tokens" });

/** `tokens` of a new session, and whose it is. */
export const loggedIn = z.object({ user, ...tokens.shape });
export const userAnswer = z.object({ user });

export const session = z
  .object({
    id: sessionId,
    createdAt: time,
    lastUsedAt: time,
    ip: z
      .string()
      .regex(/^[\w.:%-]+$/)
      .max(64)
      .nullable(),
    userAgent: z.string().regex(/^.*$/).max(256).nullable(),
    current: z.boolean().meta({ description: "Whether it is the one that asks." }),
  })
  .meta({ id: "Session" });
export const sessionsAnswer = z.object({ sessions: z.array(session).max(1000) });
