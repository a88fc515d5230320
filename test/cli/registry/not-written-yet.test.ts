import { expect, test } from "vitest";
import { findItem } from "../../../cli/registry/find-item.js";
import { readRegistry } from "../../../cli/registry/read-registry.js";
import { repo } from "../../support/template-tree.js";

const registry = readRegistry(repo);

test.each([
  ["auth-2fa", "a second factor"],
  ["totp", "a second factor"],
  ["passkeys", "login by passkey"],
  ["auth-google", "login through another provider"],
  ["oauth", "login through another provider"],
  ["magic-link", "login by mailed link or code"],
  ["auth-teams", "what belongs to organizations"],
  ["api-keys", "keys for machines"],
])("%s is told to be not written yet", (name, what) => {
  expect(() => findItem(registry, name)).toThrow(`there is no item "${name}": ${what} is not written yet`);
});

test("nothing that is there is told so", () => {
  for (const { name } of registry.items) expect(findItem(registry, name).name).toBe(name);
  for (const name of ["sessions", "hibp", "basic", "admin"])
    expect(() => findItem(registry, name)).toThrow(`did you mean "auth-${name}"?`);
});
