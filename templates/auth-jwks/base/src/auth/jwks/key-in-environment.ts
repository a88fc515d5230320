import { writeJsonLine } from "../json-lines.js";
import { jwksConfig } from "./config.js";
import type { SigningKey } from "./jwk.js";
import type { KeyRing } from "./key-ring.js";

/** The one key of the environment as a ring; undefined where the keys are in the database. */
export const ringInEnvironment: KeyRing | undefined =
  jwksConfig.privateKey && ringOf(jwksConfig.privateKey, jwksConfig.hs256Until);

let isSaid = false;

export function ringOf(key: SigningKey, hs256Until: Date | undefined): KeyRing {
  return {
    keys: new Map([[key.kid, key]]),
    signing: key.kid,
    get takesHs256() {
      return isAhead(hs256Until);
    },
  };
}

/** Once, when a process has started: that the key is no other's to keep, and until when tokens of before are taken. */
export function sayRingInEnvironment(): void {
  const { privateKey, hs256Until: until } = jwksConfig;
  if (isSaid || !privateKey) return;
  isSaid = true;
  const others = until ? saidOf(until) : "none signed with HS256 is taken";
  const reason = `Access tokens are signed with ${privateKey.alg}, by the key of JWT_PRIVATE_KEY; ${others}`;
  writeJsonLine({ event: "sys_startup", outcome: "success", reason });
}

function saidOf(until: Date): string {
  if (!isAhead(until)) return "JWT_HS256_UNTIL is past, and can go";
  return `those signed with HS256 are taken until ${until.toISOString()}`;
}

function isAhead(time: Date | undefined): boolean {
  return time !== undefined && time.getTime() > Date.now();
}
