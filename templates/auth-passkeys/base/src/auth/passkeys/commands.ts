import { transaction } from "../../db/client.js";
import { closeAuth } from "../close.js";
import { withCauses } from "../errors.js";
import { emit } from "../events.js";
import { canonicalLoginName } from "../login-name.js";
import { findCredentials } from "../store.js";
import { passkeyConfig } from "./config.js";
import { otherDomains } from "./other-domains.js";
import { deletePasskeys } from "./store.js";

/** `npm run auth:passkeys -- check`, and `remove NAME` for who has lost theirs: by whoever has the server, and no other way. */
const usage = "Say: check, or remove NAME for the passkeys of a user who has lost them.";

async function run([command, name, ...more]: string[]): Promise<string> {
  if (command === "check" && name === undefined) return check();
  if (command === "remove" && name !== undefined && more.length === 0) return remove(name);
  throw new Error(usage);
}

async function check(): Promise<string> {
  const problem = await otherDomains();
  if (problem !== null) throw new Error(`${problem}.`);
  const { rpId, origins } = passkeyConfig;
  return `Every passkey is of ${rpId}, for pages of ${origins.join(", ")}.`;
}

async function remove(name: string): Promise<string> {
  const found = await findCredentials({ usernameCanonical: canonicalLoginName(name) });
  if (!found) throw new Error(`There is no user ${JSON.stringify(name)}.`);
  const userId = found.user.id;
  const total = await transaction((tx) => deletePasskeys(tx, userId));
  if (total > 0) await emit({ event: "authn_passkey_removed", outcome: "success", userId, reason: "at the terminal" });
  return `Removed ${total} passkeys of ${name}.`;
}

run(process.argv.slice(2))
  .then((line) => console.log(line))
  .catch((error: unknown) => {
    console.error(withCauses(error).map(({ message }) => message)[0] ?? String(error));
    process.exitCode = 1;
  })
  .finally(closeAuth);
