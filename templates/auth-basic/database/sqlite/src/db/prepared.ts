/** A statement whose text is built once for a database, and not for each call. */
export function prepareOnce<Db extends object, Statement>(
  build: (db: Db) => { prepare(): Statement },
): (db: Db) => Statement {
  const prepared = new WeakMap<Db, Statement>();
  return (db) => {
    const statement = prepared.get(db) ?? build(db).prepare();
    prepared.set(db, statement);
    return statement;
  };
}
