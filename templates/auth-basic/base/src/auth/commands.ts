import { migrateDatabase } from "../db/client.js";
import { closeAuth } from "./close.js";
import { withCauses } from "./errors.js";
import { canonicalLoginName, loginName } from "./login-name.js";
import { type PurgeFailure, purge } from "./purge.js";
import { findCredentials, revokeAllSessions, revokeEveryone } from "./store.js";

/** `npm run auth:migrate`, `npm run auth:purge` and `npm run auth:logout-everyone [-- NAME]`. */
const commands: Record<string, (argument?: string) => Promise<string>> = {
  migrate,
  purge: purgeNow,
  "logout-everyone": logoutEveryone,
};

async function migrate(): Promise<string> {
  const applied = await migrateDatabase();
  return applied.length === 0 ? "The database is up to date." : `Applied: ${applied.join(", ")}.`;
}

async function purgeNow(): Promise<string> {
  const { deleted, failures } = await purge();
  const counts = Object.entries(deleted).map(([name, count]) => `${count} ${name}`);
  for (const failure of failures) console.error(`${failure.name}: ${describeFailure(failure)}`);
  if (failures.length > 0) process.exitCode = 1;
  return `Deleted: ${counts.join(", ")}.`;
}

function describeFailure({ userId, error }: PurgeFailure): string {
  return `${userId ?? "what is left"} was not deleted. ${messageOf(error)}`;
}

/** After a restored backup, or a leak: old refresh tokens are good again, or in the wrong hands. */
async function logoutEveryone(name?: string): Promise<string> {
  if (name === undefined) return `Ended ${await revokeEveryone()} sessions of all users.`;
  const credentials = await findCredentials({ usernameCanonical: canonicalLoginName(name) });
  if (!credentials) throw new Error(`There is no user ${JSON.stringify(name)}.`);
  const ended = await revokeAllSessions(credentials.user.id, "logout-all");
  return `Ended ${ended.length} sessions of ${credentials.user[loginName]}.`;
}

async function main([name = "", argument]: string[]): Promise<void> {
  const command = commands[name];
  if (!command)
    throw new Error(`Unknown command ${JSON.stringify(name)}. There are: ${Object.keys(commands).join(", ")}.`);
  console.log(await command(argument));
}

main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  })
  .finally(closeAuth);

/** What is the matter, and what the matter was at the root. */
function messageOf(error: unknown): string {
  const [shown, ...causes] = withCauses(error);
  if (!shown) return String(error);
  const root = causes[causes.length - 1];
  return root ? `${shown.message} (${root.message})` : shown.message;
}
