import "../test-environment.js";

/** As with `auth/test-environment.ts`: this comes before any import of the module. */
export const pages = {
  WEBAUTHN_RP_ID: "shop.example",
  WEBAUTHN_ORIGINS: "https://shop.example,https://login.shop.example",
  PASSKEY_SIGNUP: "on",
};

Object.assign(process.env, pages);
