/** What people ask for that no item brings yet, by the words that they use. */
const missing: readonly (readonly [what: string, words: RegExp])[] = [
  ["a second factor", /^(2fa|mfa|totp|otp|two-?factor|second-?factor|authenticator)$/],
  ["login by passkey", /^(passkeys?|webauthn|fido2?)$/],
  [
    "login through another provider",
    /^(oauth2?|oidc|openid|openid-connect|social|sso|saml|google|github|apple|facebook|microsoft|providers?)$/,
  ],
  ["login by mailed link or code", /^(magic-?links?|passwordless|email-?(codes?|otp))$/],
  ["login by phone", /^(phone|sms)$/],
  ["what belongs to organizations", /^(orgs?|organi[sz]ations?|teams?|tenants?|multi-?tenan(t|cy))$/],
  ["keys for machines", /^(api-?keys?|machine|service-?accounts?)$/],
];

/** What the name of an item asks for, where nothing brings it yet; null for any other name. */
export function notWrittenYet(name: string): string | null {
  const word = name.toLowerCase().replace(/^auth-?/, "");
  return missing.find(([, words]) => words.test(word))?.[0] ?? null;
}
