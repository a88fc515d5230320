import { stat } from "node:fs/promises";
import { join } from "node:path";
import { filesWith, trackedAndIgnored } from "../../git/git-facts.js";
import type { Project } from "../../project/project.js";
import { filesBelow } from "../../project/sources/files-below.js";
import type { SourceText } from "../../project/sources/source-files.js";
import { readText } from "../../text/text-file.js";
import type { KeyFile } from "../checkup.js";
import { lineAt } from "../code/locate.js";

/** What private keys look like: PEM (but under a passphrase), and in one line of base64 PKCS #8 of a curve and PEM. */
const shapes = [
  /-----BEGIN (?!ENCRYPTED)(?:[A-Z]+ )?PRIVATE KEY-----(?:\s|\\+[nr])*[A-Za-z0-9+/]{40}/,
  /(?:AgEAM[A-Za-z0-9+/]{3}ByqGSM49AgEG|M[A-Za-z]{2}CAQAw[A-Za-z0-9]{2}YHKoZIzj0CAQ)[\w+/-]{30}/,
  /LS0tLS1CRUdJTi(?:BFQy)?BQUklWQVRF[\w+/-]{30}/,
];
const jwk = /\\?"d\\?"\s*:\s*\\?"[\w-]{42}/;
/** The same for git, which knows no such lines as belong together. */
const inALine =
  'PRIVATE KEY-----|"d.?"[[:space:]]*:|AgEAM[A-Za-z0-9+/]{3}ByqGSM49|CAQAw[A-Za-z0-9]{2}YHKoZIzj0CAQ|LS0tLS1CRUdJTi(BFQy)?BQUklWQVRF';
/** Keys that git ignores have names like these. */
const names = /\.(pem|key|p8|pk8|jwk)$|(private|signing|jwt|jwk)[^/]*\.(json|txt)$/i;
const mostBytes = 1_000_000;
const others = 0o004;

/** The files of the project with a private key in them, whether git has them or not. */
export async function readKeyFiles({ root, git }: Project, env: readonly SourceText[]): Promise<KeyFile[]> {
  const named = (await filesBelow(root, {})).filter((path) => names.test(path));
  const known = git.root === null ? [] : await filesWith(root, inALine);
  const paths = [...new Set([...known, ...named, ...env.map(({ path }) => path)])];
  const found = (await Promise.all(paths.map((path) => keyIn(root, path)))).filter((file) => file !== null);
  if (found.length === 0) return [];
  const asked =
    git.root === null
      ? null
      : await trackedAndIgnored(
          root,
          found.map(({ path }) => path),
        );
  return found.map((file) => ({
    ...file,
    tracked: asked?.tracked.includes(file.path) ?? false,
    // Outside of a repository nothing is taken.
    ignored: asked?.ignored.includes(file.path) ?? true,
  }));
}

async function keyIn(root: string, path: string): Promise<Pick<KeyFile, "path" | "line" | "readable"> | null> {
  const file = await stat(join(root, path)).catch(() => null);
  if (!file?.isFile() || file.size > mostBytes) return null;
  const text = (await readText(join(root, path))) ?? "";
  const at = lineOfPrivateKey(text);
  return at === null ? null : { path, line: at, readable: process.platform !== "win32" && (file.mode & others) !== 0 };
}

/** The line (from 1) that a private key begins on; null where there is none. */
export function lineOfPrivateKey(text: string): number | null {
  const all = /\bkty\b/.test(text) ? [...shapes, jwk] : shapes;
  const places = all.map((shape) => text.search(shape)).filter((at) => at !== -1);
  return places.length === 0 ? null : lineAt(text, Math.min(...places));
}
