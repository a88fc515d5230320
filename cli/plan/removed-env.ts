import { envKeys } from "../edits/dotenv.js";
import { removeEnvKeys } from "../edits/dotenv-removal.js";
import { applyEdit } from "./apply-edit.js";
import type { Draft } from "./draft.js";
import type { KeptPart } from "./plan.js";
import { databaseStays, type RemoveInput } from "./remove-input.js";
import { fingerprint } from "./undo.js";

/** Without these what is in the database can no longer be used, or read. */
const databaseSecrets = ["PASSWORD_PEPPER", "JWT_SECRET_KEY", "DATABASE_ENCRYPTION_KEY"];

/** Takes the keys out of .env that still have the value that was made for them. Returns what went and what stays. */
export function planRemovedEnv(input: RemoveInput, draft: Draft): { gone: readonly string[]; kept: KeptPart[] } {
  const { installed, purge } = input;
  const text = draft.read(".env");
  if (text === null) return { gone: [], kept: [] };
  const values = envKeys(text);
  const present = installed.env.filter((name) => values.has(name));
  const kept = [...new Set([...present, ...databaseSecrets])].flatMap((name) => {
    const value = values.get(name);
    const why = value === undefined ? null : reasonToKeep(name, value, input);
    return why === null ? [] : [{ what: `${name} in .env`, why, key: name }];
  });
  const going = present.filter((name) => purge || !kept.some(({ key }) => key === name));
  const edit = removeEnvKeys(text, going, installed.undo?.glue[".env"], installed.env);
  const gone = applyEdit(edit, { path: ".env", why: `the keys of ${input.item}`, secret: true }, draft) ?? [];
  if (draft.read(".env")?.trim() === "" && installed.undo?.created.includes(".env"))
    draft.write(".env", null, `the keys of ${input.item}`, true);
  return { gone, kept: kept.map(({ what, why }) => ({ what, why })) };
}

function reasonToKeep(name: string, value: string, input: RemoveInput): string | null {
  const { installed, database, purge, item } = input;
  const ours = installed.env.includes(name);
  if (purge) return ours ? null : "you have set it yourself";
  if (databaseStays(input) && databaseSecrets.includes(name)) {
    return `the accounts in ${database!.name} can't be used without it; --purge takes it away`;
  }
  if (!ours) return null;
  const known = installed.undo?.env[name];
  return known === fingerprint(value) ? null : `its value is not the one that ${item} made; --purge takes it away`;
}
