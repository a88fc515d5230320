import { envKeys } from "../../edits/dotenv.js";
import { removeEnvKeys } from "../../edits/dotenv-removal.js";
import { applyEdit } from "../apply-edit.js";
import type { Draft } from "../draft.js";
import type { KeptPart } from "../plan.js";
import { fingerprint } from "../record/undo.js";
import { databaseSecrets, databaseStays, others, ownsDatabase, type RemoveInput } from "./remove-input.js";

export interface RemovedEnv {
  readonly gone: readonly string[];
  readonly kept: readonly KeptPart[];
  /** The names of those that stay, also because another item needs them. */
  readonly staying: readonly string[];
}

/** Takes the keys out of .env that still have the value that was made for them. Returns what went and what stays. */
export function planRemovedEnv(input: RemoveInput, draft: Draft): RemovedEnv {
  const { installed, purge } = input;
  const text = draft.read(".env");
  const shared = installed.env.filter((name) => others(input).some(({ env }) => env.includes(name)));
  if (text === null) return { gone: [], kept: [], staying: shared };
  const values = envKeys(text);
  const present = installed.env.filter((name) => values.has(name) && !shared.includes(name));
  const kept = [...new Set([...present, ...databaseSecrets(input).keys()])].flatMap((name) => {
    const value = values.get(name);
    const why = value === undefined ? null : reasonToKeep(name, value, input);
    return why === null ? [] : [{ what: `${name} in .env`, why, key: name }];
  });
  const going = present.filter((name) => purge || !kept.some(({ key }) => key === name));
  const edit = removeEnvKeys(text, going, installed.undo?.glue[".env"], installed.env);
  const gone = applyEdit(edit, { path: ".env", why: `the keys of ${input.item}`, secret: true }, draft) ?? [];
  if (draft.read(".env")?.trim() === "" && installed.undo?.created.includes(".env"))
    draft.write(".env", null, `the keys of ${input.item}`, true);
  // Under --purge, what the user had before is told, and holds nothing else back.
  const staying = [...(purge ? [] : kept.map(({ key }) => key)), ...shared];
  return { gone, kept: kept.map(({ what, why }) => ({ what, why })), staying };
}

function reasonToKeep(name: string, value: string, input: RemoveInput): string | null {
  const { installed, database, purge, item } = input;
  const ours = installed.env.includes(name);
  if (purge) return ours ? null : "you have set it yourself";
  if (databaseStays(input) && databaseSecrets(input).has(name)) {
    const what = ownsDatabase(input) ? "the accounts" : `what ${item} has`;
    return `${what} in ${database!.name} can't be used without it; --purge takes it away`;
  }
  if (!ours) return null;
  const known = installed.undo?.env[name];
  return known === fingerprint(value) ? null : `its value is not the one that ${item} made; --purge takes it away`;
}
