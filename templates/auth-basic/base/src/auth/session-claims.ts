import { z } from "zod";
import { sessions } from "../db/schema/auth.js";
import { accessClaims, type ClaimDefinition, checkClaims } from "./access-claims.js";
import { AuthError } from "./errors.js";

checkClaims(accessClaims);

const loginClaims = [
  {
    name: "auth_time",
    from: sessions.createdAt,
    toClaim: (createdAt: Date) => Math.floor(createdAt.getTime() / 1000),
    type: z.int().nonnegative(),
    onAuth: "authTime",
  },
  {
    name: "amr",
    from: sessions.amr,
    toClaim: (amr: string) => amr.split(" "),
    type: z.array(z.string().min(1)).min(1).readonly(),
    onAuth: "amr",
  },
] as const satisfies readonly ClaimDefinition[];

type SessionClaim = (typeof loginClaims)[number] | (typeof accessClaims)[number];
type ClaimOnAuth = Extract<SessionClaim, { readonly onAuth: string }>;

/** What each session says in its access tokens: of the login, and of its user. */
export const sessionClaims: readonly ClaimDefinition[] = [...loginClaims, ...accessClaims];

/** The values behind the claims of a session, by the claims' names, as the store reads them. */
export type StoredClaims = Readonly<Record<string, unknown>>;

/** The claims of a session, as they stand in JSON. */
export type Claims = Readonly<Record<string, unknown>>;

/** Those that are on `req.auth`, by their names there. */
export type AuthClaims = { readonly [C in ClaimOnAuth as C["onAuth"]]: z.output<C["type"]> };

const claimTypes = z.object(Object.fromEntries(sessionClaims.map(({ name, type }) => [name, type])));

/** @throws AuthError "InternalError" where a value is not what its claim says: its token would be refused. */
export function claimsOf(stored: StoredClaims): Claims {
  const said = sessionClaims.map(({ name, toClaim = asItIs }) => [name, toClaim(stored[name] as never)]);
  const asJson: unknown = JSON.parse(JSON.stringify(Object.fromEntries(said)));
  const { success, data, error } = claimTypes.safeParse(asJson);
  if (success) return data;
  const names = error.issues.map(({ path }) => String(path[0])).join(", ");
  throw new AuthError("InternalError", { detail: `What is stored is not what access-claims.ts says of ${names}.` });
}

/** The claims in what a token or a cache holds; null where one is missing or something else. */
export function readClaims(payload: unknown): Claims | null {
  const { success, data } = claimTypes.safeParse(payload);
  return success ? data : null;
}

/** What `req.auth` has of the claims. Nobody can change what is in them. */
export function authClaimsOf(claims: Claims): AuthClaims {
  const shown: Record<string, unknown> = {};
  for (const { name, onAuth } of sessionClaims) if (onAuth !== undefined) shown[onAuth] = frozen(claims[name]);
  return shown as AuthClaims;
}

function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function asItIs(stored: unknown): unknown {
  return stored;
}
