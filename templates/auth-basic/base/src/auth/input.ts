import { z } from "zod";
import { AuthError } from "./errors.js";
import { loginName, loginNameInWords, loginNameType, maxLoginNameText } from "./login-name.js";
import { type ClearableField, type FieldsWith, type FieldType, fieldEntries, isNullable } from "./user-fields.js";
import { sentenceOf } from "./values/input-sentences.js";
import { boundedText } from "./values/text.js";

/** A longer text is no password, and not even normalized: that takes time with its square, and leaves a quarter or more. */
export const maxPasswordText = 1024;

/** What is wrong with a body is told up to here: an answer must not be many times what was sent. */
export const mostIssues = 20;

/** What documents say of a password: `.meta()` checks nothing. */
const passwordMeta = { format: "password", minLength: 1, maxLength: maxPasswordText };
const newPasswordMeta = { ...passwordMeta, description: "15 to 256 characters after NFC, any of them." };

const halfCharacter = "Half of a character.";
const maxPassword = boundedText(maxPasswordText);

/** Refuses only what no password can be, so that old ones still log in. The policy for new ones is in `password-checks.ts`. */
const password = maxPassword.min(1).refine(isWellFormed, { message: halfCharacter }).meta(passwordMeta);

/** Checked by `password-checks.ts`. */
const newPassword = maxPassword.meta(newPasswordMeta);

/**
 * What a login says, or who asks for a reset. They hear of nothing but a wrong name or password, after the usual work,
 * also when no name or password can be like that: no account has the name "", nor what `verifyPassword` takes for none.
 */
export const givenLoginName = z
  .string()
  .min(1)
  .transform((name) => (canBeStored(name) ? name : ""))
  .meta({ pattern: "^.+$", maxLength: maxLoginNameText, description: `The ${loginNameInWords}.` });
const givenPassword = z
  .string()
  .min(1)
  .refine((text) => text.length > maxPasswordText || isWellFormed(text), { message: halfCharacter })
  .meta(passwordMeta);

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
export const logInInput = z.object({
  [loginName]: givenLoginName,
  password: givenPassword,
  refreshToken: ifGiven(
    refreshToken.meta({
      description: "The last one of an earlier login here, by which a device of the owner's is known. It is not spent.",
    }),
  ),
});
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
  const result = schema.safeParse(body, { error: sentenceOf });
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, mostIssues)
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  throw new AuthError("ValidationError", { issues });
}

/** Postgres takes no NUL in a text, and no half of a character. */
function canBeStored(name: string): boolean {
  return name.length <= maxLoginNameText && isWellFormed(name) && !name.includes("\0");
}

function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

export function invalid(path: string, message: string): AuthError {
  return new AuthError("ValidationError", { issues: [{ path, message }] });
}
