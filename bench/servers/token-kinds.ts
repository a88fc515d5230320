import { createSecretKey, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { accessTokenSigners } from "../../templates/auth-basic/base/src/auth/access-token-signers.js";
import { config } from "../../templates/auth-basic/base/src/auth/config.js";
import { type Algorithm, generateKey } from "../../templates/auth-jwks/base/src/auth/jwks/jwk.js";
import { payloadSignedBy, signWith } from "../../templates/auth-jwks/base/src/auth/jwks/jws.js";
import {
  isSignatureOf,
  type Algorithm as KeypairAlgorithm,
  newKeyPair,
  signText,
} from "../../templates/auth-keypair/base/src/auth/keypair/algorithms.js";
import { compact, readUnverified, textToSign } from "../../templates/auth-keypair/base/src/auth/keypair/compact.js";
import { answerQuestions, cpuTime } from "./answers.js";

interface TokenKind {
  sign(): string | Promise<string>;
  verify(token: string): unknown;
}

interface Task {
  readonly kind: string;
  readonly operation: "sign" | "verify";
  readonly count: number;
}

const type = "at+jwt";

/** Signatures alone, of tokens that say the same: no cache of verified tokens, no database, nothing of Express. */
const kinds: Record<string, TokenKind> = {
  HS256: ofModule(),
  ES256: ofKey("ES256"),
  ES512: ofKey("ES512"),
  "ES256, a key pair each": ofOwnPair("ES256"),
  "Ed25519, a key pair each": ofOwnPair("Ed25519"),
  "ES512, a key pair each": ofOwnPair("ES512"),
  "HS256, jose": ofJose("HS256", createSecretKey(randomBytes(32))),
  "ES256, jose": ofJosePair("ES256"),
  "ES512, jose": ofJosePair("ES512"),
};

function claims() {
  const issuedAt = Math.floor(Date.now() / 1000);
  const client = `${config.jwtIssuer}:client`;
  const subject = { sub: "user", sid: "session", auth_time: issuedAt, amr: ["pwd"] };
  const audience = { iss: config.jwtIssuer, aud: client, client_id: client };
  return { ...subject, ...audience, iat: issuedAt, exp: issuedAt + 900, jti: randomUUID() };
}

function ofModule(): TokenKind {
  const [hs256] = accessTokenSigners;
  return { sign: () => hs256!.sign(claims(), type), verify: (token) => hs256!.verify(token, undefined) };
}

function ofKey(algorithm: Algorithm): TokenKind {
  const key = generateKey(algorithm);
  return { sign: () => signWith(key, claims(), type), verify: (token) => payloadSignedBy(key, token) };
}

/** Signing makes the key pair, too. What is kept of a token's public key is kept in memory here. */
function ofOwnPair(algorithm: KeypairAlgorithm): TokenKind {
  const publicKeys = new Map<string, KeyObject>();
  return {
    sign: async () => {
      const { privateKey, publicKey } = await newKeyPair(algorithm);
      const jti = randomBytes(16).toString("base64url");
      publicKeys.set(jti, publicKey);
      const signedText = textToSign(algorithm, { ...claims(), jti });
      return compact(signedText, signText(algorithm, privateKey, signedText));
    },
    verify: (token) => {
      const { id, signedText, signature } = readUnverified(token);
      return isSignatureOf(algorithm, publicKeys.get(id)!, signedText, signature);
    },
  };
}

function ofJosePair(algorithm: Algorithm): TokenKind {
  const { privateKey, publicKey } = generateKey(algorithm);
  return ofJose(algorithm, privateKey!, publicKey);
}

function ofJose(alg: string, privateKey: KeyObject, publicKey = privateKey): TokenKind {
  return {
    sign: () => new SignJWT(claims()).setProtectedHeader({ alg, typ: type }).sign(privateKey),
    verify: (token) => jwtVerify(token, publicKey, { algorithms: [alg] }),
  };
}

/** Microseconds of processor time for each. */
async function costOf({ kind, operation, count }: Task): Promise<number> {
  const { sign, verify } = kinds[kind]!;
  const tokens = operation === "verify" ? await Promise.all(Array.from({ length: count }, sign)) : [];
  const before = cpuTime();
  for (let done = 0; done < count; done += 1) {
    const outcome = await (operation === "sign" ? sign() : verify(tokens[done]!));
    if (!outcome) throw new Error(`${kind}: a token is refused.`);
  }
  return (cpuTime() - before) / count;
}

answerQuestions({ kinds: () => Object.keys(kinds), costOf });
