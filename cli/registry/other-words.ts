/** Items by other words that people use for what they bring. */
const written: readonly (readonly [item: string, words: RegExp])[] = [
  ["auth-totp", /^(2fa|mfa|otp|two-?factor|second-?factor|authenticator)$/],
  ["auth-passkeys", /^(passkey|webauthn|fido2?)$/],
  ["auth-keypair", /^(api-?(keys?|tokens?)|machine|service-?accounts?|personal-?access-?tokens?)$/],
  ["auth-jwks", /^(jwk|jwks|es256|es512|asymmetric|rs256)$/],
];

/** What people ask for that no item brings yet, by the words that they use. */
const missing: readonly (readonly [what: string, words: RegExp])[] = [
  [
    "login through another provider",
    /^(oauth2?|oidc|openid|openid-connect|social|sso|saml|google|github|apple|facebook|microsoft|providers?)$/,
  ],
  ["login by mailed link or code", /^(magic-?links?|passwordless|email-?(codes?|otp))$/],
  ["login by phone", /^(phone|sms)$/],
  ["what belongs to organizations", /^(orgs?|organi[sz]ations?|teams?|tenants?|multi-?tenan(t|cy))$/],
];

/** What the name of an item asks for, where nothing brings it yet; null for any other name. */
export function notWrittenYet(name: string): string | null {
  return meantBy(name, missing);
}

/** The item of authwright's that brings what a name asks for in other words; null for any other name. */
export function itemMeant(name: string): string | null {
  return meantBy(name, written);
}

function meantBy(name: string, known: readonly (readonly [string, RegExp])[]): string | null {
  const word = name.toLowerCase().replace(/^auth-?/, "");
  return known.find(([, words]) => words.test(word))?.[0] ?? null;
}
