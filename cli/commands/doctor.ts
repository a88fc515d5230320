import { ownAdvisories } from "../advisories/own-advisories.js";
import { wasKilled } from "../apply/recover.js";
import { type Diagnosis, diagnose } from "../doctor/diagnose.js";
import { type NotChecked, notChecked } from "../doctor/not-checked.js";
import { readCheckup } from "../doctor/read-checkup.js";
import { CliError, exitCode } from "../errors.js";
import { findPackageRoot } from "../project/packages/package-json.js";
import { readProject } from "../project/read-project.js";
import { readRecord } from "../record/read-record.js";
import { readFacts } from "../registry/facts/read-facts.js";
import { ownRegistry } from "../registry/own-registry.js";
import { starterItem } from "../registry/starter.js";
import { jsonResult, notice, progress, result } from "../ui/output.js";
import { renderFindings } from "../ui/render-findings.js";
import type { Context } from "./context.js";

/** The flags of `doctor` as typed. */
export interface DoctorFlags {
  readonly offline?: boolean;
}

/** Looks for what is unsafe in the project at --cwd, and changes nothing. Returns the exit code. */
export async function doctor({ offline = false }: DoctorFlags, { flags, packageRoot }: Context): Promise<number> {
  const root = await findPackageRoot(flags.cwd);
  const record = await readRecord(root);
  if (!record || Object.keys(record.items).length === 0) {
    const starter = starterItem(packageRoot);
    throw new CliError("BadArgument", `nothing is installed in ${root}: "authwright add ${starter}" comes first`);
  }
  if (await wasKilled(root)) notice("an earlier run was killed: the next add, update or remove puts its changes back");
  progress("Reading the project", flags);
  const project = await readProject(flags.cwd, {});
  const { items } = await ownRegistry(packageRoot);
  const facts = await readFacts(packageRoot, record);
  const advisories = await ownAdvisories(packageRoot);
  const checkup = await readCheckup(project, record, { items, facts, advisories, offline });
  const skipped = notChecked(checkup);
  const findings = diagnose(checkup);
  if (flags.json) jsonResult({ findings, skipped });
  else say(findings, skipped, flags.silent);
  return findings.some(({ level }) => level === "unsafe") ? exitCode.failed : exitCode.done;
}

function say(findings: readonly Diagnosis[], skipped: readonly NotChecked[], silent: boolean): void {
  const shown = silent ? findings.filter(({ level }) => level === "unsafe") : findings;
  if (silent && shown.length === 0) return;
  const lines = silent ? [] : skipped.map(({ check, why }) => `${check} (${why})`);
  result(renderFindings(shown, lines));
}
