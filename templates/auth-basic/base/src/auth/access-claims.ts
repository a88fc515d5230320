import type { AnyColumn, SQL } from "drizzle-orm";
import type { z } from "zod";
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

/** What the module itself says in each access token. */
const own = ["iss", "aud", "sub", "sid", "iat", "exp", "nbf", "jti", "client_id", "auth_time", "amr"] as const;
/** What other standards say (IANA's registry of JSON Web Token claims), the profile of OpenID Connect aside. */
const elsewhere = [
  ...([
    "acr",
    "act",
    "ath",
    "at_hash",
    "authorization_details",
    "azp",
    "c_hash",
    "cnf",
    "entitlements",
    "events",
  ] as const),
  ...(["groups", "htm", "htu", "may_act", "nonce", "roles", "s_hash", "scope", "status", "sub_id", "sub_jwk"] as const),
  ...(["toe", "token_introspection", "txn", "vc", "vot", "vp", "vtm", "_claim_names", "_claim_sources"] as const),
];
const profile = [
  ...(["address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale"] as const),
  ...(["middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture"] as const),
  ...(["preferred_username", "profile", "updated_at", "website", "zoneinfo"] as const),
];
/** What is on `req.auth` whatever the list says. */
const onEachAuth = ["userId", "sessionId", "tokenId", "expiresAt", "authTime", "amr"] as const;

type OwnName = (typeof own)[number];
type RegisteredName = (typeof elsewhere | typeof profile)[number];
type AuthName = (typeof onEachAuth)[number];

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
  /** Whether another value in that column ends the user's sessions; else it shows with the next token. */
  readonly endsSessions?: boolean;
  /** For a registered claim: the standard whose claim this is. */
  readonly standard?: string;
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

type Checked<C extends ClaimDefinition> = C["name"] extends OwnName
  ? Refused<`The module says ${C["name"]} itself.`>
  : C["name"] extends RegisteredName
    ? C["standard"] extends string
      ? NamedOnAuth<C>
      : Refused<`The claim ${C["name"]} is registered: take another name.`>
    : NamedOnAuth<C>;

type NamedOnAuth<C extends ClaimDefinition> = C["onAuth"] extends AuthName
  ? Refused<`req.auth.${C["onAuth"]} is taken.`>
  : C & AccessClaim;

/** An entry of `accessClaims`. Its type tells a registered name from one that is free; `checkClaims` does so at start. */
export function claim<const C extends ClaimDefinition>(definition: C): Checked<C> {
  return definition as unknown as Checked<C>;
}

/** @throws AuthError "JWTEnvVariableMissing" that names a claim which can't be taken. */
export function checkClaims(claims: readonly ClaimDefinition[]): void {
  const names: string[] = [...own];
  const onAuth: string[] = [...onEachAuth];
  for (const { name, onAuth: member, standard } of claims) {
    if (names.includes(name)) throw refused(name, "is there already");
    if (standard === undefined && isRegistered(name)) throw refused(name, "is registered: take another name");
    if (member !== undefined && onAuth.includes(member))
      throw refused(name, `can't be req.auth.${member}: that is taken`);
    names.push(name);
    if (member !== undefined) onAuth.push(member);
  }
}

function isRegistered(name: string): boolean {
  return [...elsewhere, ...profile].some((registered) => registered === name);
}

function refused(name: string, problem: string): AuthError {
  return new AuthError("JWTEnvVariableMissing", { detail: `access-claims.ts: the claim ${name} ${problem}.` });
}
