import { expect, test } from "vitest";
import { findItem } from "../../../cli/registry/find-item.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { repo } from "../../support/template-tree.js";

const registry = readRegistry(repo);

test.each([
  ["auth-google", "login through another provider"],
  ["oauth", "login through another provider"],
  ["magic-link", "login by mailed link or code"],
  ["auth-teams", "what belongs to organizations"],
  ["sms", "login by phone"],
])("%s is told to be not written yet", (name, what) => {
  expect(() => findItem(registry, name)).toThrow(`there is no item "${name}": ${what} is not written yet`);
});

test.each([
  ["auth-2fa", "auth-totp"],
  ["totp", "auth-totp"],
  ["auth-mfa", "auth-totp"],
  ["webauthn", "auth-passkeys"],
  ["passkeys", "auth-passkeys"],
  ["api-keys", "auth-keypair"],
  ["jwk", "auth-jwks"],
])("%s is told the item that brings it", (name, item) => {
  expect(() => findItem(registry, name)).toThrow(`did you mean "${item}"?`);
});

test("nothing that is there is told so", () => {
  for (const { name } of registry.items) expect(findItem(registry, name).name).toBe(name);
  for (const name of ["sessions", "hibp", "basic", "admin"])
    expect(() => findItem(registry, name)).toThrow(`did you mean "auth-${name}"?`);
});
