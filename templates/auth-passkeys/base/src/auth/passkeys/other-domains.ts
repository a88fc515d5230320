import { closers } from "../close.js";
import { config } from "../config.js";
import { emit } from "../events.js";
import { passkeyConfig } from "./config.js";
import { countByDomain } from "./store.js";

/** What is wrong with the passkeys that are stored; null where they can all be used. */
export async function otherDomains(): Promise<string | null> {
  const others = (await countByDomain()).filter(({ rpId }) => rpId !== passkeyConfig.rpId);
  if (others.length === 0) return null;
  const counted = others.map(({ rpId, total }) => `${total} of ${rpId}`).join(", ");
  return `Passkeys that nobody can use, since WEBAUTHN_RP_ID is ${passkeyConfig.rpId}: ${counted}`;
}

/** Told half a second after a start: with another domain, everybody is locked out of their passkeys. */
if (config.asksDatabaseAtStart) {
  const question = setTimeout(() => void sayOtherDomains(), 500).unref();
  closers.unshift(() => clearTimeout(question));
}

async function sayOtherDomains(): Promise<void> {
  // A database that does not answer is told of by who asks it first.
  const reason = await otherDomains().catch(() => null);
  if (reason) await emit({ event: "sys_error", outcome: "failure", reason });
}
