import type { Check, Checkup, Finding, KeyFile } from "../checkup.js";
import { isTest } from "../code/locate.js";
import { isInUse, privateKeyNames } from "../deploy/secrets.js";

/** A private key that lies about: in what git has or would take, or in a file that everybody on the machine may read. */
export const privateKey: Check = {
  name: "private-key",
  run: (checkup) => checkup.keyFiles.flatMap((file) => lyingAbout(file, checkup)),
};

function lyingAbout(file: KeyFile, checkup: Checkup): Finding[] {
  const { path, line, tracked, ignored, readable } = file;
  const level = isTest(path, checkup.record) ? "hint" : "unsafe";
  const found = (what: string, why: string, fix: string): Finding[] => [{ level, file: path, line, what, why, fix }];
  // What committed-secret says already.
  if (tracked && isEnvInUse(path, checkup)) return [];
  if (tracked)
    return found(
      "a private key is committed to git",
      known,
      `git rm --cached ${path}, and make a new key: this one is known`,
    );
  if (!ignored)
    return found(
      "a private key is in a file that git does not ignore",
      known,
      `let .gitignore name it, or keep the key outside of the project: ${place(checkup)}`,
    );
  if (!readable) return [];
  return found(
    "everybody on this machine may read a private key",
    "whatever else runs here can sign with it",
    `chmod 600 ${path}`,
  );
}

const known = "whoever can read the repository, now or in its history, can sign with it";

function place(checkup: Checkup): string {
  return `it goes into ${privateKeyNames(checkup).join(" or ")} in the environment`;
}

function isEnvInUse(path: string, { env }: Checkup): boolean {
  return env.some((file) => file.path === path && isInUse(file));
}
