import type { AnyColumn, SQL } from "drizzle-orm";
import { z } from "zod";
import { sessions } from "../db/schema/auth.js";
import { AuthError } from "./errors.js";

/**
 * What access tokens say of a login besides what RFC 9068 asks for. An entry is all that it takes: signup, login, refresh
 * and password change put it into the token, and every authenticator, a cookie too, on `req.auth`, with its type:
 *
 *     claim({ name: "role", from: users.role, type: z.string(), onAuth: "role", endsSessions: true })
 *
 * What a token says stays said until it expires. With `endsSessions`, whoever changes the column through this module ends
 * the user's sessions with it. An add-on appends its own.
 */
export const accessClaims = [] as const satisfies readonly AccessClaim[];

/** One more thing that access tokens say. */
export interface ClaimDefinition {
  readonly name: string;
  /** A column of the user, or one value in SQL that may name the session's columns: read together with the session. */
  readonly from: AnyColumn | SQL;
  /** What becomes of that value; the value itself without it. */
  readonly toClaim?: (stored: never) => unknown;
  /** What the claim is. A token in which it is something else, or missing, is refused. */
  readonly type: z.ZodType;
  /** Its name on `req.auth`; without one it is for others who read the token. */
  readonly onAuth?: string;
  /** Whether another value in that column of the user ends their sessions; else it shows with the next token. */
  readonly endsSessions?: boolean;
  /** For a registered claim: the standard whose claim this is. */
  readonly standard?: string;
}

/** An entry of `accessClaims`. What can't be one is an error of the compiler, and at start (`checkClaims`). */
export function claim<const C extends ClaimDefinition>(definition: C): Checked<C> {
  return definition as unknown as Checked<C>;
}

declare const checked: unique symbol;

/** A `claim(...)`. */
export interface AccessClaim extends ClaimDefinition {
  readonly [checked]: true;
}

/** Not an AccessClaim: its one member says why. */
interface Refused<Reason extends string> {
  readonly refused: Reason;
}

type Checked<C extends ClaimDefinition> = [Problem<C>] extends [never] ? C & AccessClaim : Refused<Problem<C>>;

type Problem<C extends ClaimDefinition> =
  | (C["name"] extends OwnName ? `The module says ${C["name"]} itself.` : never)
  | (C extends { standard: string } ? never : Unregistered<C["name"]>)
  | (C["onAuth"] extends AuthName ? `req.auth.${C["onAuth"]} is taken.` : never)
  | (C extends { endsSessions: true; from: SQL } ? "Only a column can say when it has another value." : never);

type Unregistered<Name extends string> = Name extends RegisteredName
  ? `The claim ${Name} is registered: take another name.`
  : never;

/** What the module itself says in each access token. */
const ownNames = ["iss", "aud", "sub", "sid", "iat", "exp", "nbf", "jti", "client_id", "auth_time", "amr"] as const;
/** What others say: IANA's registry of JSON Web Token claims, by the standard that says what they are. */
const registeredNames = {
  "RFC 7800": ["cnf"],
  "RFC 8417": ["events", "toe", "txn"],
  "RFC 8485": ["vot", "vtm"],
  "RFC 8693": ["act", "may_act", "scope"],
  "RFC 9068": ["entitlements", "groups", "roles"],
  "RFC 9396": ["authorization_details"],
  "RFC 9449": ["ath", "htm", "htu"],
  "RFC 9493": ["sub_id"],
  "RFC 9701": ["token_introspection"],
  "W3C and IETF drafts": ["status", "vc", "vp"],
  "OpenID Connect": ["acr", "at_hash", "azp", "c_hash", "nonce", "s_hash", "sub_jwk", "_claim_names", "_claim_sources"],
  "its names": ["name", "given_name", "middle_name", "family_name", "nickname", "preferred_username"],
  "its addresses": ["address", "email", "email_verified", "phone_number", "phone_number_verified"],
  "its profile": ["birthdate", "gender", "locale", "picture", "profile", "updated_at", "website", "zoneinfo"],
} as const;
/** What is on `req.auth` whatever the list says. */
const authNames = ["userId", "sessionId", "tokenId", "expiresAt", "authTime", "amr"] as const;

type OwnName = (typeof ownNames)[number];
type RegisteredName = (typeof registeredNames)[keyof typeof registeredNames][number];
type AuthName = (typeof authNames)[number];

/** @throws AuthError "JWTEnvVariableMissing" that names a claim which can't be taken. */
export function checkClaims(claims: readonly ClaimDefinition[]): void {
  const names: string[] = [...ownNames];
  const onAuth: string[] = [...authNames];
  for (const { name, from, onAuth: member, standard, endsSessions } of claims) {
    if ([name, member].includes("__proto__")) throw refused(name, "can't be named like that");
    if (names.includes(name)) throw refused(name, "is there already");
    if (standard === undefined && isRegistered(name)) throw refused(name, "is registered: take another name");
    if (member !== undefined && onAuth.includes(member))
      throw refused(name, `can't be req.auth.${member}: that is taken`);
    if (endsSessions && !isOfUser(from)) throw refused(name, "ends no sessions: only a column of the user can");
    names.push(name);
    if (member !== undefined) onAuth.push(member);
  }
}

function isOfUser(from: AnyColumn | SQL): boolean {
  return "table" in from && from.table !== sessions;
}

function isRegistered(name: string): boolean {
  const names: readonly string[] = Object.values(registeredNames).flat();
  return names.includes(name);
}

function refused(name: string, problem: string): AuthError {
  return new AuthError("JWTEnvVariableMissing", { detail: `access-claims.ts: the claim ${name} ${problem}.` });
}

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

type SessionClaim = [...typeof loginClaims, ...typeof accessClaims][number];
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
  const claims = sessionClaims.map(({ name, toClaim = identity }) => [name, toClaim(stored[name] as never)]);
  const asJson: unknown = JSON.parse(JSON.stringify(Object.fromEntries(claims)));
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

function identity(value: unknown): unknown {
  return value;
}
