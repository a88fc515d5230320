import type { Database } from "./client.js";

/** A statement whose text is built once for a database, and not for each call. */
export function prepareOnce<Statement>(build: (db: Database) => { prepare(): Statement }): (db: Database) => Statement {
  const prepared = new WeakMap<Database, Statement>();
  return (db) => {
    const statement = prepared.get(db) ?? build(db).prepare();
    prepared.set(db, statement);
    return statement;
  };
}
