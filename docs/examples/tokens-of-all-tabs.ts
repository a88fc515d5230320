/// <reference lib="dom" />
import type { TokenStore, Tokens } from "./auth-client.js";

const key = "tokens";

/**
 * Tokens that all tabs share, and that outlive a reload, in IndexedDB. Not in localStorage: its tabs are in processes of
 * their own, which hear of a change some milliseconds later, and a refresh token that is spent twice ends the login.
 */
export function tokensOfAllTabs(name = "auth"): TokenStore {
  const opened = open(name);
  return {
    read: async () => (await run<Tokens | undefined>(await opened, "readonly", (all) => all.get(key))) ?? null,
    write: async (tokens) => {
      const database = await opened;
      if (tokens) await run(database, "readwrite", (all) => all.put(tokens, key));
      else await run(database, "readwrite", (all) => all.delete(key));
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(name);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Waits for the end of the transaction: whoever asks after that gets what was written. */
function run<T>(db: IDBDatabase, mode: IDBTransactionMode, ask: (all: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = db.transaction(db.name, mode);
  const request = ask(transaction.objectStore(db.name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
