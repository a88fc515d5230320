import { closeAuth } from "../close.js";
import { withCauses } from "../errors.js";
import { jwksConfig } from "./config.js";
import { doWhatIsDue, retireKey, rotateKeys } from "./key-changes.js";
import { isTaken, takenUntil } from "./key-life.js";
import type { StoredKey, StoredKeys } from "./store.js";

/** `npm run auth:keys -- list`, `rotate` or `retire KID [--now]`: the keys by whoever has the server, and no other way. */
const usage = "Say: list, rotate, retire KID, or retire KID --now for a key that has leaked.";

async function run([name, ...rest]: string[]): Promise<StoredKeys> {
  const { privateKey } = jwksConfig;
  if (privateKey) throw new Error(`The one key is that of JWT_PRIVATE_KEY: ${privateKey.kid}, ${privateKey.alg}.`);
  const [kid, option, ...more] = rest;
  if (name === "list" && rest.length === 0) return doWhatIsDue();
  if (name === "rotate" && rest.length === 0) return rotateKeys();
  const isWhole = name === "retire" && kid !== undefined && more.length === 0;
  if (isWhole && (option === undefined || option === "--now")) return retireKey(kid, { now: option === "--now" });
  throw new Error(usage);
}

function describe(key: StoredKey, now: Date): string {
  const name = `${key.kid}  ${key.alg}`;
  const until = takenUntil(key);
  if (until)
    return `${name}  ${isTaken(key, now) ? "verifies until" : "is no longer taken since"} ${until.toISOString()}`;
  if (key.signingSince) return `${name}  signs since ${key.signingSince.toISOString()}`;
  return `${name}  stands by, published ${key.publishedAt.toISOString()}`;
}

run(process.argv.slice(2))
  .then(({ keys, readAt }) => console.log(keys.map((key) => describe(key, readAt)).join("\n")))
  .catch((error: unknown) => {
    console.error(withCauses(error).map(({ message }) => message)[0] ?? String(error));
    process.exitCode = 1;
  })
  .finally(closeAuth);
