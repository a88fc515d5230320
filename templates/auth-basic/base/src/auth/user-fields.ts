import { z } from "zod";
import { users } from "../db/schema/auth.js";
import { addressField } from "./login-name.js";
import { isBlank, pilesMarks, turnsText } from "./text.js";

/**
 * What is known of a user beside what they log in with. To add a field: its column in `db/schema/auth.ts`, a migration
 * that adds the column, and an entry here. Signup, PATCH /me, answers, documents and the type `User` follow.
 *
 * - `type`: what a request may hold. It must bound its length, as `text(most)` does, and be without `.transform()`, which
 *   no document can show.
 * - `inPatch`: whether PATCH /me changes it; null takes it away where the column allows that and signup does not require it.
 * - `inAnswers`: whether clients see it.
 * - `unique`: whether no two users may have the same. The column needs a unique index: that alone can refuse the second.
 */
export const userFields = {
  /** The e-mail address, where it is a field: checks of passwords and mail read it, so keep this one. */
  ...addressField,
  displayName: { type: text(100), atSignUp: "optional", inPatch: true, inAnswers: true, unique: false },
} as const satisfies UserFields;

/**
 * Text of 1 to `most` characters of which something shows, without control characters. A longer one is not normalized: that takes time with the
 * square of its length.
 */
export function text(most: number) {
  const message = `Use 1 to ${most} characters.`;
  return z
    .string()
    .refine(({ length }) => length <= 4 * most, { message, abort: true })
    .normalize("NFC")
    .refine((value) => [...value].length >= 1 && [...value].length <= most, { message, abort: true })
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value) && !turnsText(value), {
      message: "Control characters are not allowed.",
    })
    .refine((value) => !isBlank(value), { message: "Use characters that show." })
    .refine((value) => !pilesMarks(value), { message: "Use at most 4 marks on a letter." })
    .meta({ pattern: "^\\P{Cc}+$", maxLength: 4 * most, description: `1 to ${most} characters after NFC.` });
}

export interface UserField<Value = unknown> {
  readonly type: z.ZodType<Value>;
  readonly atSignUp: "required" | "optional" | "no";
  readonly inPatch: boolean;
  readonly inAnswers: boolean;
  readonly unique: boolean;
}

/** A field may be shown that no request may set: `role` above all. */
interface ShownField<Value> extends UserField<Value> {
  readonly atSignUp: "no";
  readonly inPatch: false;
}

/** Each is a column that may be null or has a default: not every account has a value for it. */
export type UserFields = {
  readonly [Name in OptionalColumn]?: Name extends OwnColumn
    ? ShownField<NonNullable<UserRow[Name]>>
    : UserField<NonNullable<UserRow[Name]>>;
};

type OwnColumn = "role" | "emailVerifiedAt" | "disabledAt" | "sessionEpoch";
type OptionalColumn = { [Name in keyof NewRow]-?: undefined extends NewRow[Name] ? Name : never }[keyof NewRow];
type NewRow = typeof users.$inferInsert;
type UserRow = typeof users.$inferSelect;

export type FieldName = keyof typeof userFields;
export type FieldType<Name extends FieldName> = (typeof userFields)[Name]["type"];

/** The names of the fields whose `Member` is `Value`. */
export type FieldsWith<Member extends keyof UserField, Value> = {
  [Name in FieldName]: (typeof userFields)[Name][Member] extends Value ? Name : never;
}[FieldName];

/** The fields that not every user has. */
export type NullableField = { [Name in FieldName]: null extends UserRow[Name] ? Name : never }[FieldName];
/** Those that null takes away. */
export type ClearableField = Exclude<NullableField, FieldsWith<"atSignUp", "required">>;

/** The list as pairs. */
export const fieldEntries = Object.entries(userFields) as [FieldName, UserField][];

export function isNullable(name: FieldName): boolean {
  return !users[name].notNull;
}
