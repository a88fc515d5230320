import { recordPath } from "../../record/paths.js";
import type { InstallRecord } from "../../record/schema.js";
import { installedSelection } from "../../selection/installed-selection.js";
import { type Draft, startDraft } from "../draft.js";
import { isMigration } from "../files/migrations.js";
import { type Change, emptyPlan, type Removal } from "../plan.js";
import { writeRecord } from "../record/extend-record.js";
import { planRemovedAttributes } from "../steps/attributes.js";
import { planDanglingImports } from "../update/dangling-imports.js";
import { databaseSecrets, ownsDatabase, type RemoveInput } from "./remove-input.js";
import { planRemovedEntries } from "./removed-entries.js";
import { planRemovedEnv } from "./removed-env.js";
import { planImportedFiles, planRemovedFiles } from "./removed-files.js";
import { planRemovedManifest } from "./removed-manifest.js";
import { planRemovedPatches } from "./removed-patches.js";
import { planRemovedTables } from "./removed-tables.js";

/** What taking an item away changes in this project: the reverse of `planAdd`. Pure. */
export function planRemove(input: RemoveInput): Removal {
  const { project, item, installed, install } = input;
  const draft = startDraft(input.files);
  const tables = planRemovedTables(input, draft);
  const edited = planRemovedFiles(input, draft);
  planRemovedEntries(input, draft);
  const files = [...edited, ...planImportedFiles(input, draft)];
  const env = planRemovedEnv(input, draft);
  const patches = planRemovedPatches(input, env.staying, draft);
  const manifest = planRemovedManifest(input, draft);
  planDanglingImports(input, draft);
  const record = removeFromRecord(input, draft);
  const attributes = Object.keys(record.items).length === 0 ? planRemovedAttributes(draft) : [];
  return {
    ...emptyPlan,
    kind: "removal",
    selections: [installedSelection(item, installed)],
    changes: [...draft.changes(), ...databaseChanges(input)],
    manual: draft.manual,
    install: install && (manifest.dependencies.length > 0 || manifest.moved) ? project.packageManager.install : null,
    warnings: [...draft.warnings, ...lossWarnings(input), ...purgeWarnings(input)],
    record,
    removed: { dependencies: manifest.dependencies, scripts: manifest.scripts, env: env.gone },
    folders: null,
    kept: [...tables, ...files, ...env.kept, ...patches, ...manifest.kept, ...attributes],
  };
}

function removeFromRecord({ project, item }: RemoveInput, draft: Draft): InstallRecord {
  const { [item]: _, ...items } = project.record?.items ?? {};
  const record: InstallRecord = { version: 1, items };
  if (Object.keys(items).length > 0) writeRecord(record, project.record, draft);
  else draft.write(recordPath, null, "the record of what is installed");
  return record;
}

function databaseChanges(input: RemoveInput): Change[] {
  const { database, purge } = input;
  if (!database || !purge || !ownsDatabase(input)) return [];
  return database.files.map(({ path, stamp }) => ({
    path,
    kind: "delete",
    before: stamp,
    after: null,
    why: "the database",
    secret: true,
    opaque: true,
  }));
}

function lossWarnings({ facts, item }: RemoveInput): string[] {
  const lost = facts.get(item)?.without;
  return lost === undefined ? [] : [`Without ${item} ${lost}`];
}

function purgeWarnings(input: RemoveInput): string[] {
  const { database, purge, item, installed } = input;
  if (!database || !purge) return [];
  if (!ownsDatabase(input)) {
    const hasTables = Object.keys(installed.files).some(isMigration);
    return hasTables ? [`${database.name} keeps the tables of ${item}: nothing of the accounts is touched`] : [];
  }
  if (database.files.length > 0)
    return [`${database.name} is deleted with all accounts in it: a server that runs has to be stopped first`];
  const lost = [...databaseSecrets(input)].flatMap(([name, what]) => (what ? [`without ${name} ${what}`] : []));
  return [[`${database.name} is not touched`, ...lost].join(", but ")];
}
