import { envKeys } from "../../edits/dotenv.js";
import type { SameRule } from "../../registry/facts/facts.js";
import type { Checkup, Finding } from "../checkup.js";
import { lineOfKey } from "../code/locate.js";
import { assignedIn, isForProduction } from "../deploy/deploy-values.js";

interface Place {
  readonly value: string;
  readonly file: string;
  readonly line: number | null;
}

/** A variable that environment files, the sample and the deployment do not agree upon: each place that differs from the first. */
export function differing({ variable, except, ...said }: SameRule, checkup: Checkup): Finding[] {
  const places = [...inDeployment(variable, checkup), ...inEnvironment(variable, checkup)];
  const [first, ...others] = places.filter(({ value }) => value !== except);
  return others
    .filter(({ value }) => value !== first?.value)
    .map(({ file, line }) => ({ ...said, level: "warning", file, line }));
}

function inDeployment(variable: string, { deploy }: Checkup): Place[] {
  return deploy
    .filter((file) => isForProduction(file) && !file.path.includes("workflows/"))
    .flatMap((file) => assignedIn(file, [variable]).map(({ value, line }) => ({ value, file: file.path, line })));
}

/** A developer's machine and tests have their own. */
function inEnvironment(variable: string, { env }: Checkup): Place[] {
  return env
    .filter(({ path }) => !/\.(local|dev|development|tests?)\b/.test(path))
    .flatMap(({ path, text }) => {
      const value = envKeys(text).get(variable)?.trim();
      return value ? [{ value, file: path, line: lineOfKey(text, variable) }] : [];
    });
}
