import { z } from "zod";
import { AuthError } from "../errors.js";
import { ifGiven, mostIssues, profileFields, profileInput, signUpFields } from "../input.js";
import { loginName, loginNameType } from "../login-name.js";
import { boundedText } from "../text.js";
import { roles } from "./roles.js";

/** Users that one page, or one request, can hold. */
export const mostUsers = 100;
const usersOfAPage = 50;
const maxPrefixCharacters = 254;
const tooLongPrefix = `Use 1 to ${maxPrefixCharacters} characters.`;
/** A name that has grown as it was folded, each character in escaped JSON, and in base64url. */
const maxCursorCharacters = 4096;
const wholeNumber = "Use a whole number above 0.";

const maxIdCharacters = 64;

const role = z.enum(roles);
const prefix = boundedText(2 * maxPrefixCharacters, tooLongPrefix)
  .min(1)
  .refine((text) => [...text].length <= maxPrefixCharacters && !/[\p{Cs}\0]/u.test(text), { message: tooLongPrefix });

/** What a list may be sorted by; with a minus, downwards. */
export const sorts = ["createdAt", "-createdAt", loginName, `-${loginName}`] as const;
export type Sort = (typeof sorts)[number];

/** The query of `GET /users`: names that are not here are refused. */
export const listQuery = z
  .object({
    limit: boundedText(9, wholeNumber)
      .regex(/^[1-9]\d*$/, { message: wholeNumber })
      .transform((digits) => Math.min(Number(digits), mostUsers))
      .default(usersOfAPage),
    cursor: boundedText(maxCursorCharacters).optional(),
    sort: z.enum(sorts).default("-createdAt"),
    role: role.optional(),
    disabled: z.enum(["true", "false"]).optional(),
    /** What they log in with, or its beginning. */
    [loginName]: prefix.optional(),
  })
  /** The address, or its beginning. */
  .extend({ email: prefix.optional() });

export const newUserInput = z.object({
  [loginName]: loginNameType,
  ...signUpFields,
  role: ifGiven(role).transform((asked) => asked ?? roles[0]),
});

/** What is left out stays as it is. */
export const userInput = z.object({
  ...profileFields,
  email: profileInput.shape.email,
  role: role.optional(),
});

/** Whether `text` can be an id at all: Postgres takes no NUL. */
export function isId(text: string): boolean {
  return text.length <= maxIdCharacters && /^[\w-]+$/.test(text);
}

const anyId = boundedText(maxIdCharacters).min(1).meta({ pattern: "^[\\w-]+$" });
export const idsInput = z.object({ ids: z.array(anyId).min(1).max(mostUsers) });

export type ListQuery = z.output<typeof listQuery>;
export type NewUserInput = z.output<typeof newUserInput>;
export type UserInput = z.output<typeof userInput>;

/**
 * The parameters of a query as an object.
 *
 * @throws AuthError "ValidationError" that names each parameter that `names` has not, or that stands twice.
 */
export function readQuery(url: string, names: readonly string[]): Record<string, string> {
  const [, ...query] = url.split("?");
  const parameters = [...new URLSearchParams(query.join("?"))];
  const seen = new Set<string>();
  const issues = parameters.flatMap(([name]) => {
    if (!names.includes(name)) return { path: name, message: `Use one of: ${names.join(", ")}.` };
    if (seen.has(name)) return { path: name, message: "It stands twice." };
    seen.add(name);
    return [];
  });
  if (issues.length > 0) throw new AuthError("ValidationError", { issues: issues.slice(0, mostIssues) });
  return Object.fromEntries(parameters);
}
