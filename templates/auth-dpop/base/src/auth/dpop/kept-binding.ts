import type { SessionStart } from "../hooks.js";
import { revokeSession } from "../store.js";
import { findBinding } from "./bindings.js";
import { forTokens } from "./refusals.js";

/**
 * A session that takes the place of a bound one is bound to the same key. Threat: a step-up whose second factor comes in another
 * request, without a proof or with another key's, would hand the login on to whoever sends that.
 */
export const keepBinding: SessionStart = async ({ id }, _client, replaced) => {
  for (const earlier of replaced) {
    const key = await findBinding(earlier);
    if (key === null || key === (await findBinding(id))) continue;
    await revokeSession(id, "replaced");
    throw forTokens.invalid("This login takes a proof of the key that the one before it is bound to.");
  }
};
