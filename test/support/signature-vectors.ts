import type { JsonWebKey } from "node:crypto";
import { join } from "node:path";
import fs from "fs-extra";
import { repo } from "./template-tree.js";

/** A signature that a standard prints, with the key that made it. */
export interface PrintedSignature {
  readonly from: string;
  readonly alg: string;
  readonly key: JsonWebKey;
  readonly compact: string;
}

/** Signatures of Wycheproof's by one key, and what has to become of each. */
export interface SignatureGroup {
  readonly comment: string;
  readonly key: JsonWebKey;
  readonly tests: readonly { tcId: number; comment: string; jws: string; result: "valid" | "invalid" }[];
}

export function printedSignatures(): PrintedSignature[] {
  return (readVectors("rfc-signatures") as { signatures: PrintedSignature[] }).signatures;
}

export function es256Groups(): SignatureGroup[] {
  return (readVectors("wycheproof-jws-es256") as { groups: SignatureGroup[] }).groups;
}

/** What is in a file of test/vectors. */
export function readVectors(name: string): unknown {
  return fs.readJsonSync(join(repo, "test/vectors", `${name}.json`));
}
