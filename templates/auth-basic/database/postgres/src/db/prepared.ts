import { createHash } from "node:crypto";
import { isUnknownStatement } from "./failure.js";

interface Preparable<Statement> {
  toSQL(): { sql: string };
  prepare(name: string): Statement;
}

let named = true;

/**
 * A statement that is built once for a database, and that Postgres plans once for a connection: planning is more than half
 * of what a short one costs.
 */
export function prepareOnce<Db extends object, Statement>(
  build: (db: Db) => Preparable<Statement>,
): (db: Db) => Statement {
  const withName = new WeakMap<Db, Statement>();
  const withoutName = new WeakMap<Db, Statement>();
  return (db) => {
    const known = named ? withName : withoutName;
    const statement = known.get(db) ?? prepare(build(db));
    known.set(db, statement);
    return statement;
  };
}

/**
 * Runs `work`, and once more without names when the server does not know a statement by its name, or has it already: a
 * pooler gives each transaction another connection, and those before pgbouncer 1.21 keep no account of names. From then on
 * this process names none.
 */
export async function orWithoutNames<T>(work: () => Promise<T>): Promise<T> {
  const mayBeNamed = named;
  try {
    return await work();
  } catch (error) {
    if (!mayBeNamed || !isUnknownStatement(error)) throw error;
    named = false;
    return work();
  }
}

function prepare<Statement>(query: Preparable<Statement>): Statement {
  return query.prepare(named ? nameOf(query.toSQL().sql) : "");
}

/** Behind a pooler a connection may know the statement of another process by this name: it is the same text, then. */
function nameOf(text: string): string {
  return `auth_${createHash("sha256").update(text).digest("base64url")}`;
}
