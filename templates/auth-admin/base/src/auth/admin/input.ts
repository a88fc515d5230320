import { z } from "zod";
import { AuthError } from "../errors.js";
import { ifGiven, profileFields, profileInput, signUpFields } from "../input.js";
import { loginName, loginNameType } from "../login-name.js";
import { roles } from "./roles.js";

/** Users that one page, or one request, can hold. */
export const mostUsers = 100;
const usersOfAPage = 50;
const maxPrefixCharacters = 254;

const role = z.enum(roles);
const prefix = z
  .string()
  .min(1)
  .refine((text) => [...text].length <= maxPrefixCharacters && !/[\p{Cs}\0]/u.test(text), {
    message: `Use 1 to ${maxPrefixCharacters} characters.`,
  });

/** What a list may be sorted by; with a minus, downwards. */
export const sorts = ["createdAt", "-createdAt", loginName, `-${loginName}`] as const;
export type Sort = (typeof sorts)[number];

/** The query of `GET /users`: names that are not here are refused. */
export const listQuery = z
  .object({
    limit: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, { message: "Use a whole number above 0." })
      .transform((digits) => Math.min(Number(digits), mostUsers))
      .default(usersOfAPage),
    cursor: z.string().optional(),
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
  return /^[\w-]{1,64}$/.test(text);
}

const anyId = z.string().min(1).max(64).meta({ pattern: "^[\\w-]+$" });
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
  const parameters = [...new URLSearchParams(url.replace(/^[^?]*\??/, ""))];
  const issues = parameters.flatMap(([name], at) => {
    if (!names.includes(name)) return { path: name, message: `Use one of: ${names.join(", ")}.` };
    return parameters.findIndex(([other]) => other === name) < at ? { path: name, message: "It stands twice." } : [];
  });
  if (issues.length > 0) throw new AuthError("ValidationError", { issues: issues.slice(0, mostIssues) });
  return Object.fromEntries(parameters);
}

const mostIssues = 20;
