/** Something that an installed file does against an attack. */
export interface Protection {
  /** The template, below the item's folder and a choice's. */
  readonly file: string;
  readonly pattern: RegExp;
  readonly what: string;
  readonly why: string;
}

/**
 * What must not get lost when the files are edited. The patterns hold for texts without layout, and allow for other quotes; a
 * protection counts as lost when the text as installed has it more often than the file has now.
 */
export const protections: readonly Protection[] = [
  {
    file: "src/auth/access-token-signers.ts",
    pattern: /algorithms:\s*\[\s*(?:hs256|["'`]HS256["'`])\s*,?\s*\]/g,
    what: "the pinned algorithm of access tokens",
    why: "a token could then choose how it is checked (RFC 8725, section 3.1)",
  },
  {
    file: "src/auth/access-token.ts",
    pattern: /readHeader\(/g,
    what: "the check of a token's header",
    why: "header members like jwk or crit would be let through",
  },
  {
    file: "src/auth/access-token.ts",
    pattern: /\b(?:iss|aud|client_id)\s*!==/g,
    what: "the check of issuer and audience",
    why: "tokens made for another service would open this one",
  },
  {
    file: "src/auth/access-token.ts",
    pattern: /\bexpiresAt\s*>\s*now\(|hasGoodTimes\(/g,
    what: "the look at when a token expires",
    why: "a token that was stolen once would work for ever",
  },
  {
    file: "src/auth/refresh-token.ts",
    pattern: /timingSafeEqual\(/g,
    what: "the comparison in constant time",
    why: "the time an answer takes would tell how much of a forged token is right",
  },
  {
    file: "src/auth/store.ts",
    pattern: /isNull\(\s*sessions\.revokedAt\s*\)/g,
    what: "the condition that a session is not revoked",
    why: "a login that was ended could go on",
  },
  {
    file: "src/auth/store.ts",
    pattern: /gt\(\s*sessions\.(?:idle|absolute)ExpiresAt\s*,/g,
    what: "the condition that a session has not expired",
    why: "a login would go on for ever, and with it whatever was stolen of it",
  },
  {
    file: "src/auth/store.ts",
    pattern: /\bisLive\b/g,
    what: "the condition that a session is live, in a query",
    why: "a login that was ended or has expired could go on",
  },
  {
    file: "src/auth/store.ts",
    pattern: /\bownerAllows\b/g,
    what: "the condition that a session's owner allows it, in a query",
    why: "a login could survive a change of password, or its owner's being locked out",
  },
  {
    file: "src/auth/email/store.ts",
    pattern: /gt\(\s*emailTokens\.expiresAt\s*,/g,
    what: "the condition that a mailed link has not expired",
    why: "a mailbox that somebody gets into later would open the account",
  },
  {
    file: "src/auth/throttle.ts",
    pattern: /\bconsume\(/g,
    what: "a limit on guesses of a password",
    why: "passwords could be tried as quickly as the server answers",
  },
  {
    file: "src/auth/store.ts",
    pattern: /isNull\(\s*users\.disabledAt\s*\)/g,
    what: "the condition that the user is not disabled",
    why: "a user who was locked out could go on",
  },
  {
    file: "src/auth/store.ts",
    pattern: /eq\(\s*users\.sessionEpoch\s*,\s*sessions\.epoch\s*\)/g,
    what: "the comparison of session epochs",
    why: "a login could survive a change of password",
  },
  {
    file: "src/auth/sessions.ts",
    pattern: /endIfReused\(/g,
    what: "the detection of spent refresh tokens",
    why: "a stolen refresh token would work beside its owner's",
  },
  {
    file: "src/auth/passwords.ts",
    pattern: /createHmac\(/g,
    what: "the pepper",
    why: "stolen hashes could be cracked without the server's secret, and bcrypt would see 72 bytes only",
  },
  {
    file: "src/auth/passwords.ts",
    pattern: /stored\s*\?\?\s*noPassword/g,
    what: "the work for an unknown name",
    why: "the time an answer takes would tell which names exist",
  },
  {
    file: "src/auth/accounts.ts",
    pattern: /admit(?:Password|Session)Attempt\(/g,
    what: "the limit on guesses of a password",
    why: "passwords could be tried as quickly as the server answers",
  },
  {
    file: "src/middleware/bearer-token.ts",
    pattern: /isRevoked\(/g,
    what: "the look at revoked sessions",
    why: "access tokens would go on after a logout",
  },
  {
    file: "src/middleware/json-body.ts",
    pattern: /\blimit:/g,
    what: "the limit on the size of a body",
    why: "one large request could fill the memory",
  },
  {
    file: "src/middleware/json-body.ts",
    pattern: /hasDuplicateNames\(/g,
    what: "the refusal of doubled names",
    why: "a filter before the server could read another value than the server",
  },
  {
    file: "src/routes/auth.ts",
    pattern: /no-store/g,
    what: "Cache-Control: no-store",
    why: "tokens could be kept by a cache on the way",
  },
  {
    file: "src/middleware/problem.ts",
    pattern: /no-store/g,
    what: "Cache-Control: no-store",
    why: "answers with the reason of a refusal could be kept by a cache on the way",
  },
  {
    file: "src/auth/cookies/authenticator.ts",
    pattern: /checkSameOrigin\(/g,
    what: "the look at where a request comes from",
    why: "any site could act with the cookie of whoever visits it (CSRF)",
  },
  {
    file: "src/auth/cookies/cookie-jar.ts",
    pattern: /httpOnly:\s*true/g,
    what: "HttpOnly",
    why: "a script in a page of yours could read the session and send it away",
  },
  {
    file: "src/auth/sudo/router.ts",
    pattern: /\brecentLogin\s*,?\s*\)/g,
    what: "the recent login that a change of password or e-mail address, or the end of an account takes",
    why: "a session that somebody got hold of would be enough to take the account over",
  },
  {
    file: "src/middleware/recent-login.ts",
    pattern: /ageOfLogin\(/g,
    what: "the look at how old the login is",
    why: "a session that somebody got hold of would pass for its user",
  },
  {
    file: "src/middleware/role.ts",
    pattern: /findRole\(/g,
    what: "the look at the role that the user has now",
    why: "a role that was taken away would still open what it opened",
  },
];
