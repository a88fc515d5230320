import { closeAuth } from "../close.js";
import { AuthError, withCauses } from "../errors.js";
import { loginName } from "../login-name.js";
import { createAdmin, promote } from "./first-admin.js";
import { findAdmins } from "./list-store.js";
import { readPassword } from "./typed-password.js";

/** `npm run auth:admin -- create bob`, `promote bob` or `list`: admins by whoever has the server, and no other way. */
const commands: Record<string, (name: string) => Promise<string>> = {
  create: async (name) => `${await createAdmin(name, await readPassword())} is an admin.`,
  promote: async (name) => `${await promote(name)} is an admin. Who has just become one has to log in again.`,
  list: async () => (await findAdmins()).join("\n") || "There is no admin.",
};

const usage = `Say: create <${loginName}>, promote <${loginName}>, or list. The password is asked for, or read from standard input.`;

async function main([name = "", ...rest]: string[]): Promise<void> {
  const command = Object.keys(commands).includes(name) ? commands[name] : undefined;
  if (!command || rest.length !== (name === "list" ? 0 : 1)) throw new Error(usage);
  console.log(await command(rest[0] ?? ""));
}

main(process.argv.slice(2))
  .catch((error: Error) => {
    const [root = error] = withCauses(error).reverse();
    const issues = error instanceof AuthError ? (error.issues ?? []).map(({ message }) => message) : [];
    console.error(
      root === error ? [...new Set([error.message, ...issues])].join(" ") : `${error.message} (${root.message})`,
    );
    process.exitCode = 1;
  })
  .finally(closeAuth);
