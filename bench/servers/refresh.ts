import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { config } from "../../templates/auth-basic/base/src/auth/config.js";
import {
  issueRefreshToken,
  newFamily,
  type RefreshToken,
} from "../../templates/auth-basic/base/src/auth/refresh-token.js";
import { rotate } from "../../templates/auth-basic/base/src/auth/sessions.js";
import { insertSession, insertUser } from "../../templates/auth-basic/base/src/auth/store.js";
import { migrateDatabase, read } from "../../templates/auth-basic/base/src/db/client.js";
import { answerQuestions } from "./answers.js";

const client = { ip: null, userAgent: null };

/** What the module's rotation comes down to, as one would write it by hand. */
const bareUpdate = `
  UPDATE auth_sessions SET generation = generation + 1, rotated_at = clock_timestamp(),
    idle_expires_at = clock_timestamp() + make_interval(secs => $3::float8)
  FROM auth_users
  WHERE auth_sessions.id = $1 AND generation = $2 AND revoked_at IS NULL
    AND idle_expires_at > clock_timestamp() AND absolute_expires_at > clock_timestamp()
    AND auth_users.id = user_id AND auth_users.disabled_at IS NULL AND auth_users.session_epoch = auth_sessions.epoch
  RETURNING auth_sessions.id, user_id, generation, absolute_expires_at`;

/** A login, and what its client holds. */
interface Login {
  readonly family: RefreshToken;
  refreshToken: string;
}

let logins: Login[] = [];

/** As many logins, each of a user of its own. */
async function prepare(count: number): Promise<void> {
  await migrateDatabase();
  logins = Array.from({ length: count }, () => ({ family: newFamily(), refreshToken: "" }));
  for (const { family } of logins) {
    const username = randomUUID();
    const profile = { id: username, username, usernameCanonical: username, email: null, displayName: null };
    const user = { ...profile, passwordHash: "none", pepperId: "none" };
    const owner = { user: { ...profile, createdAt: new Date() }, sessionEpoch: 0, amr: ["pwd"] };
    await insertSession({ id: family.sessionId, ...client }, owner, (tx) => insertUser(tx, user));
  }
}

/** Milliseconds until each login has done `step` so many times, all logins side by side. */
async function timed(step: (login: Login) => Promise<void>, times: number): Promise<number> {
  for (const login of logins) login.refreshToken = issueRefreshToken(login.family);
  const started = performance.now();
  await Promise.all(
    logins.map(async (login) => {
      for (let time = 0; time < times; time++, login.family.generation++) await step(login);
    }),
  );
  return performance.now() - started;
}

async function refresh(login: Login): Promise<void> {
  login.refreshToken = (await rotate(login.refreshToken, client)).refreshToken;
}

/** Planned anew each time, as without a name, or once for a connection. */
function updateBarely(name?: string) {
  return async ({ family }: Login): Promise<void> => {
    const values = [family.sessionId, family.generation, config.refreshTokenSeconds];
    const { rowCount } = await (await pool()).query({ name, text: bareUpdate, values });
    if (rowCount !== 1) throw new Error("The bare UPDATE found no row.");
  };
}

/** The pool of the module. */
function pool(): Promise<Pool> {
  return read(async (db) => (db as unknown as { $client: Pool }).$client);
}

answerQuestions({
  prepare,
  refresh: (times: number) => timed(refresh, times),
  updateBarely: (times: number) => timed(updateBarely(), times),
  updateByName: (times: number) => timed(updateBarely("bare_update"), times),
});
