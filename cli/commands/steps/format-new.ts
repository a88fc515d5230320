import { posix } from "node:path";
import fs from "fs-extra";
import { type Formatter, findFormatter } from "../../format/formatter.js";
import { runFormatter } from "../../format/run-formatter.js";
import type { Plan } from "../../plan/plan.js";
import { formatPlan, type Layoutable, newTexts, saysOtherwise } from "../../plan/steps/format-plan.js";
import type { Project } from "../../project/project.js";
import { recordPath } from "../../record/paths.js";
import { ask } from "../../ui/ask.js";
import { progress } from "../../ui/output.js";
import { canAsk } from "../../ui/terminal.js";
import type { Context } from "../context.js";
import { formatRecord, isFormatted } from "./format-record.js";

/** Whether the new files are to be laid out: as typed, as an earlier run was told, or as a person answers. */
export interface FormatWish {
  readonly typed: boolean | undefined;
  /** `update` asks nothing, and goes by what `add` has recorded. */
  readonly mayAsk: boolean;
}

/** The plan with its new files laid out by the project's own formatter where that is wanted; else Next names the command. */
export async function formatNew<P extends Plan>(
  plan: P,
  project: Project,
  wish: FormatWish,
  context: Context,
): Promise<P> {
  const files = newTexts(plan);
  if (files.length === 0) return context.flags.dryRun ? plan : formatRecord(plan, project);
  const formatter = await findFormatter(project);
  if (!formatter)
    return wish.typed ? noted(plan, "--format: neither Prettier nor Biome nor ESLint is in node_modules") : plan;
  const { name, command } = formatter;
  const record = name === "ESLint" ? [] : [recordPath];
  const places = await newPlaces(new Set([...files.map(({ path }) => path), ...record]), project.root);
  const hint = `Lay the new files out as yours: ${command} ${places.join(" ")}`;
  const unformatted = wish.mayAsk ? { ...plan, nextSteps: [...plan.nextSteps, hint] } : plan;
  if (!(await isWanted(name, project, wish, context))) return unformatted;
  if (context.flags.dryRun)
    return noted(plan, `${name} lays out the new files when they are written: not in a dry run`);
  progress(`${name} lays out the new files`, context.flags);
  try {
    return await layOut(plan, files, formatter, project);
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    return noted(unformatted, `${name} failed, and the new files stay as they are: ${reason}`);
  }
}

/** Throws what the formatter says. */
async function layOut<P extends Plan>(
  plan: P,
  files: readonly Layoutable[],
  formatter: Formatter,
  project: Project,
): Promise<P> {
  const { name } = formatter;
  const texts = await runFormatter(formatter, files, project);
  const laidOut = files.map((file, index) => ({ ...file, layout: texts[index]! }));
  const left = saysOtherwise(laidOut);
  const formatted = formatPlan(plan, name.toLowerCase(), laidOut);
  const note = `${name} would change more than the layout of ${left.join(", ")}: as it came`;
  return formatRecord(left.length === 0 ? formatted : noted(formatted, note), project);
}

async function isWanted(name: string, { record }: Project, { typed, mayAsk }: FormatWish, { flags }: Context) {
  if (typed !== undefined) return typed;
  if (isFormatted(record)) return true;
  const { yes, json, silent, dryRun } = flags;
  if (!mayAsk || yes || json || silent || dryRun || !canAsk()) return false;
  return ask({ message: `Have ${name} lay out the new files, as it does yours?`, flag: "--format", allowed: true });
}

function noted<P extends Plan>(plan: P, line: string): P {
  return { ...plan, warnings: [...plan.warnings, line] };
}

/** Folders that the plan makes, and files in folders that are there. */
async function newPlaces(paths: ReadonlySet<string>, root: string): Promise<string[]> {
  const places = await Promise.all(
    [...paths].map(async (path) => {
      let place = path;
      for (
        let up = posix.dirname(path);
        up !== "." && !(await fs.pathExists(posix.join(root, up)));
        up = posix.dirname(up)
      )
        place = up;
      return place;
    }),
  );
  return [...new Set(places)].toSorted();
}
