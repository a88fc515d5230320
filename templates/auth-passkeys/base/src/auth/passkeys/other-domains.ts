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

/** Tells of it at the start of a server. A database that does not answer is told of by who asks it first. */
export async function sayOtherDomains(): Promise<void> {
  const reason = await otherDomains().catch(() => null);
  if (reason !== null) await emit({ event: "sys_error", outcome: "failure", reason });
}
