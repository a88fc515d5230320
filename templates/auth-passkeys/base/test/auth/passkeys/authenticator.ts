import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

// An authenticator in software, and the browser before it: what they would send, right or wrong as a test wants it.

/** Flags of authenticator data. */
export const flag = {
  present: 0x01,
  verified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extensions: 0x80,
};
export const trusted = flag.present | flag.verified;

/** What `creationOptions` and `requestOptions` have in common. */
export interface Options {
  challenge: string;
}

/** A key that an authenticator has made for a page. */
export interface SoftPasskey {
  id: Buffer;
  publicKey: Buffer;
  privateKey: KeyObject;
  hash: string | null;
  userHandle: string;
  flags: number;
  counter: number;
}

/** What a test changes of an answer. */
export interface Changes {
  clientData?: object;
  clientDataText?: string;
  flags?: number;
  counter?: number;
  rpId?: string;
  attestation?: (authData: Buffer) => Buffer;
  authData?: (authData: Buffer) => Buffer;
  signature?: (signature: Buffer) => Buffer;
  userHandle?: string | null;
  id?: Buffer;
  extra?: object;
}

const page = { rpId: "shop.example", origin: "https://shop.example" };

/** A key of that kind, for the user of these options. */
export function newPasskey(userHandle: string, kind: keyof typeof kinds = "ES256", flags = trusted): SoftPasskey {
  return { id: randomBytes(32), ...kinds[kind](), userHandle, flags, counter: 0 };
}

const kinds = {
  ES256: () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const members: Entry[] = [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ];
    return { privateKey, publicKey: map(members), hash: "sha256" };
  },
  RS256: () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const members: Entry[] = [
      [1, 3],
      [3, -257],
      [-1, Buffer.from(n, "base64url")],
      [-2, Buffer.from(e, "base64url")],
    ];
    return { privateKey, publicKey: map(members), hash: "sha256" };
  },
  EdDSA: () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const { x = "" } = publicKey.export({ format: "jwk" });
    const members: Entry[] = [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, Buffer.from(x, "base64url")],
    ];
    return { privateKey, publicKey: map(members), hash: null };
  },
};

/** `toJSON()` of what `navigator.credentials.create` answers. */
export function created(options: Options, key: SoftPasskey, changes: Changes = {}) {
  const { id = key.id } = changes;
  const attested = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, key.publicKey]);
  const authData = authDataOf(key, changes, flag.attested, attested);
  const wrap = changes.attestation ?? attestationObject;
  return credential(
    id,
    {
      clientDataJSON: clientDataOf("webauthn.create", options, changes).toString("base64url"),
      attestationObject: wrap(authData).toString("base64url"),
      transports: ["internal", "hybrid"],
    },
    changes,
  );
}

/** `toJSON()` of what `navigator.credentials.get` answers. */
export function asserted(options: Options, key: SoftPasskey, changes: Changes = {}) {
  const authData = authDataOf(key, changes, 0, Buffer.alloc(0));
  const clientData = clientDataOf("webauthn.get", options, changes);
  const signed = Buffer.concat([authData, createHash("sha256").update(clientData).digest()]);
  const signature = sign(key.hash, signed, key.privateKey);
  return credential(
    changes.id ?? key.id,
    {
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: (changes.signature?.(signature) ?? signature).toString("base64url"),
      userHandle: changes.userHandle === undefined ? key.userHandle : changes.userHandle,
    },
    changes,
  );
}

function credential<Response extends object>(id: Buffer, response: Response, { extra = {} }: Changes) {
  const text = id.toString("base64url");
  return { id: text, rawId: text, type: "public-key", response, clientExtensionResults: {}, ...extra };
}

function clientDataOf(type: string, { challenge }: Options, { clientData, clientDataText }: Changes): Buffer {
  const said = { type, challenge, origin: page.origin, crossOrigin: false, ...clientData };
  return Buffer.from(clientDataText ?? JSON.stringify(said));
}

function authDataOf(key: SoftPasskey, changes: Changes, also: number, behind: Buffer): Buffer {
  const { rpId = page.rpId, flags = key.flags, counter = key.counter } = changes;
  const hash = createHash("sha256").update(rpId).digest();
  const data = Buffer.concat([hash, Buffer.from([flags | also]), uint32(counter), behind]);
  return changes.authData?.(data) ?? data;
}

/** What stands around the authenticator data: no statement. */
export function attestationObject(authData: Buffer): Buffer {
  return map([
    ["fmt", "none"],
    ["attStmt", new Map<string, string>()],
    ["authData", authData],
  ]);
}

type Value = number | string | Buffer | Value[] | Map<string, string>;
export type Entry = readonly [number | string, Value];

/** CBOR of a map, its members in that order. */
export function map(entries: readonly Entry[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat().map(encode)]);
}

export function encode(value: Value): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  return map([]);
}

function head(major: number, argument: number): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.from([first | argument]);
  if (argument < 256) return Buffer.from([first | 24, argument]);
  return Buffer.concat([Buffer.from([first | 25]), uint16(argument)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
