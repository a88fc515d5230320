import { z } from "zod";
import { AuthError } from "./errors.js";
import { loginName, loginNameType } from "./login-name.js";
import { type ClearableField, type FieldsWith, type FieldType, fieldEntries, isNullable } from "./user-fields.js";

/** A longer text is not even normalized, which takes time with the square of its length. It may be shorter after that. */
const maxUnnormalizedPassword = 1024;

const tooLong = "This is too long.";

/** What documents say of a password: `.meta()` checks nothing. */
const passwordMeta = { format: "password", minLength: 1, maxLength: maxUnnormalizedPassword };
const newPasswordMeta = { ...passwordMeta, description: "15 to 256 characters after NFC, any of them." };

/** Refuses only what no password can be, so that old ones still log in. The policy for new ones is in `password-checks.ts`. */
const password = z
  .string()
  .min(1)
  .max(maxUnnormalizedPassword, { message: tooLong })
  .refine((text) => !/\p{Cs}/u.test(text), { message: "Half of a character." })
  .meta(passwordMeta);

/** Checked by `password-checks.ts`. */
const newPassword = z.string().max(maxUnnormalizedPassword, { message: tooLong }).meta(newPasswordMeta);

const refreshToken = z.string().meta({ pattern: "^[\\w-]+$", maxLength: 72 });

/** An optional member of a POST: null is no value either, as clients send it for an empty field. In a PATCH it takes a value away. */
export function ifGiven<Type extends z.ZodType>(type: Type): z.ZodOptional<Type> {
  return type.nullish().transform((value) => value ?? undefined) as unknown as z.ZodOptional<Type>;
}

type SignUpFields = { [Name in FieldsWith<"atSignUp", "required">]: FieldType<Name> } & {
  [Name in FieldsWith<"atSignUp", "optional">]: z.ZodOptional<FieldType<Name>>;
};
type ProfileFields = {
  [Name in FieldsWith<"inPatch", true>]: z.ZodOptional<
    Name extends ClearableField ? z.ZodNullable<FieldType<Name>> : FieldType<Name>
  >;
};

/** What of `user-fields.ts` a signup may hold. */
export const signUpFields = Object.fromEntries(
  fieldEntries.flatMap(([name, { type, atSignUp }]) =>
    atSignUp === "no" ? [] : [[name, atSignUp === "required" ? type : ifGiven(type)]],
  ),
) as SignUpFields;

/** What of `user-fields.ts` a change of a user may hold. */
export const profileFields = Object.fromEntries(
  fieldEntries.flatMap(([name, { type, atSignUp, inPatch }]) => {
    const value = atSignUp !== "required" && isNullable(name) ? type.nullable() : type;
    return inPatch ? [[name, value.optional()]] : [];
  }),
) as ProfileFields;

export const signUpInput = z.object({ [loginName]: loginNameType, password: newPassword, ...signUpFields });
export const logInInput = z.object({ [loginName]: loginNameType, password });
export const refreshInput = z.object({ refreshToken });
export const optionalRefreshInput = z.object({ refreshToken: ifGiven(refreshToken) });
export const profileInput = z
  .object({ [loginName]: loginNameType.optional(), ...profileFields, currentPassword: password.optional() })
  .refine((known) => Object.keys(known).length > 0, {
    message: `Send one of: ${[loginName, ...Object.keys(profileFields)].join(", ")}.`,
  })
  .meta({ minProperties: 1 });
export const passwordInput = z.object({ currentPassword: password, newPassword });
export const deleteInput = z.object({ password });

export type SignUpInput = z.output<typeof signUpInput>;
export type LogInInput = z.output<typeof logInInput>;
export type ProfileInput = z.output<typeof profileInput>;
export type PasswordInput = z.output<typeof passwordInput>;

const bodyWasTaken =
  "The application read this body as text or bytes: express.text() and express.raw() must come after this router.";

/**
 * The members of `body` that the schema names; others are left out.
 *
 * @throws AuthError "ValidationError" with one issue for each member that is wrong.
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  if (typeof body === "string" || ArrayBuffer.isView(body)) throw invalid("", bodyWasTaken);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("", "Send a JSON object.");
  if (Object.keys(body).includes("__proto__")) throw invalid("__proto__", "This name is not allowed.");
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  throw new AuthError("ValidationError", { issues });
}

export function invalid(path: string, message: string): AuthError {
  return new AuthError("ValidationError", { issues: [{ path, message }] });
}
