import { keypairConfig } from "./config.js";
import { redisKeyStore } from "./redis-keys.js";

/** Keeps the public keys of tokens elsewhere than in their rows. */
export interface KeyStore {
  /** Keeps what is pinned of a token for `lifeMs`, and never in the place of another. @throws AuthError "ServiceUnavailable" */
  put(id: string, sealed: string, lifeMs: number): Promise<void>;
  /** Null when it is not there. @throws AuthError "ServiceUnavailable" */
  get(id: string): Promise<string | null>;
  /** @throws AuthError "ServiceUnavailable" */
  delete(ids: readonly string[]): Promise<void>;
  close(): void;
}

/** The Redis of KEYPAIR_REDIS_URL; null where keys are in the rows of their tokens. */
export const keyStore: KeyStore | null = keypairConfig.redisUrl ? redisKeyStore(keypairConfig.redisUrl) : null;

/** Without its row a key opens nothing, so what can't be deleted now may stay until it expires. */
export async function dropKeys(ids: readonly string[]): Promise<void> {
  await keyStore?.delete(ids).catch(() => undefined);
}

/** Ends the connection to Redis. The next question opens it again. */
export function closeKeyStore(): void {
  keyStore?.close();
}
