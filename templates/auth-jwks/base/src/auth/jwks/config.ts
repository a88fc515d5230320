import { createPrivateKey, type JsonWebKey, type KeyObject, sign, verify } from "node:crypto";
import { type Environment, environment, optional, refuse } from "../environment.js";
import { algorithm } from "./algorithm.js";
import { type SigningKey, signingKey } from "./jwk.js";

const keyVariable = "JWT_PRIVATE_KEY";
const untilVariable = "JWT_HS256_UNTIL";
const wanted = `an ${algorithm} key as PKCS #8 in base64, as a JWK or as PEM`;
/** RFC 3339: with its time zone, or it would be another moment on another machine. */
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
/** With whatever else is in the file: the parameters of the curve, a certificate. */
const pem = /-----BEGIN (EC )?PRIVATE KEY-----([^-]+)-----END \1?PRIVATE KEY-----/g;
const base64 = /^[\w+/-]+={0,2}$/;
/** A time that is further ahead is a mistake, or HS256 for good. */
const mostHs256Days = 31;

/** The variables of the keys, read once. */
export const jwksConfig = readJwksConfig(environment);

/**
 * With NODE_ENV=test there is no key in the environment: tests bring their own database, with keys of its own.
 *
 * @throws AuthError "JWTEnvVariableMissing" that names the variable which can't be taken; nothing of a key is in it.
 */
export function readJwksConfig(env: Environment) {
  const isTest = env["NODE_ENV"] === "test";
  return Object.freeze({
    /** In place of the keys in the database. */
    privateKey: isTest ? undefined : readPrivateKey(env),
    /** With a key in the environment: until when tokens are taken that were signed with HS256. */
    hs256Until: readUntil(env),
  });
}

/** The key of JWT_PRIVATE_KEY: one line, or the lines of a PEM file, as platforms and `.env` files can hold it. */
export function readPrivateKey(env: Environment): SigningKey | undefined {
  const text = optional(env, keyVariable)
    ?.replace(/^(["'])([\s\S]*)\1$/, "$2")
    .replace(/\\+[rn]/g, "\n")
    .trim();
  if (text === undefined) return undefined;
  const key = signingKeyOf(text);
  if (!key) throw refuse(keyVariable, `is no private key that can be read: it must be ${wanted}`);
  if (key.alg !== algorithm) throw refuse(keyVariable, `is a key of ${key.alg}: it must be ${wanted}`);
  return key;
}

function signingKeyOf(text: string): SigningKey | null {
  try {
    const key = signingKey(privateKeyOf(text));
    return key.privateKey && isPair(key.privateKey, key.publicKey) ? key : null;
  } catch {
    return null;
  }
}

function privateKeyOf(text: string): KeyObject {
  if (text.startsWith("{")) return createPrivateKey({ key: jwkOf(text), format: "jwk" });
  if (text.includes("-----BEGIN ")) return inPem(text);
  const body = bytesOf(text);
  const inside = body.toString("latin1");
  // What is a file of text elsewhere is one line of base64 here.
  if (inside.includes("-----BEGIN ") || /^\s*\{/.test(inside)) return privateKeyOf(inside.trim());
  return createPrivateKey({ key: body, format: "der", type: "pkcs8" });
}

function inPem(text: string): KeyObject {
  const [found, ...others] = [...text.matchAll(pem)];
  if (!found || others.length > 0) throw new TypeError("This is not one private key.");
  const [, isSec1, lines = ""] = found;
  return createPrivateKey({ key: bytesOf(lines), format: "der", type: isSec1 ? "sec1" : "pkcs8" });
}

function bytesOf(text: string): Buffer {
  const body = text.replace(/\s/g, "");
  if (!base64.test(body)) throw new TypeError("This is no base64.");
  return Buffer.from(body, "base64");
}

interface GivenJwk extends JsonWebKey {
  use?: string;
  alg?: string;
  key_ops?: string[];
}

/** RFC 7517, section 4: a key says what it is for, and is used for nothing else. */
function jwkOf(text: string): JsonWebKey {
  const { use = "sig", alg = algorithm, key_ops: operations = ["sign"], ...jwk } = JSON.parse(text) as GivenJwk;
  if (use !== "sig" || alg !== algorithm || !operations.includes("sign"))
    throw new TypeError("It is for something else.");
  return jwk;
}

/** A JWK, and PKCS #8 too, has the public part beside the private one, and nobody has looked whether they belong together. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from("probe");
  return verify("sha256", probe, publicKey, sign("sha256", probe, privateKey));
}

function readUntil(env: Environment): Date | undefined {
  const text = optional(env, untilVariable);
  if (text === undefined) return undefined;
  const time = moment.test(text) ? new Date(text) : undefined;
  if (!time || Number.isNaN(time.getTime())) throw refuse(untilVariable, "must be a time, as 2026-01-31T12:00:00Z");
  if (time.getTime() > Date.now() + mostHs256Days * 86_400_000)
    throw refuse(untilVariable, `is more than ${mostHs256Days} days ahead: one token life after the move is enough`);
  return time;
}
