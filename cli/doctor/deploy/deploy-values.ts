import type { SourceText } from "../../project/sources/source-files.js";

/** A variable that a file of the deployment gives a value of its own. */
export interface Assigned {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** Not for tests, nor for a developer's machine: `compose.test.yml`, `docker-compose.override.yml`. */
export function isForProduction({ path }: Pick<SourceText, "path">): boolean {
  return !/[._-](tests?|ci|e2e|dev|development|local|override|example|sample)\b[^/]*$/i.test(path);
}

/**
 * The variables with a value that stands in the file, in a Dockerfile, a compose file, a workflow or the like. What is
 * taken from elsewhere (`${NAME}`, `${{ secrets.NAME }}`) has none, but for its default: `${NAME:-value}`.
 */
export function assignedIn({ text }: SourceText, names: readonly string[]): Assigned[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, ""));
  return lines.flatMap((line, index) =>
    names.flatMap((name) => {
      const value = ownValue(valueIn(line, name) ?? valueBelow(line, lines[index + 1] ?? "", name));
      return value === null ? [] : [{ name, value, line: index + 1 }];
    }),
  );
}

/** `NAME: value`, `- NAME=value`, `ENV NAME value`; a RUN takes its variables for itself. */
function valueIn(line: string, name: string): string | null {
  if (/^\s*RUN\b/.test(line)) return null;
  const pattern = new RegExp(`(?:^|[\\s"'{,-])${name}["']?(?:\\s*[:=]|(?<=^\\s*ENV\\s+\\w+)\\s)\\s*(.*)$`);
  return pattern.exec(line)?.[1] ?? null;
}

/** `- name: NAME` and `value: value` on the next line. */
function valueBelow(line: string, next: string, name: string): string | null {
  if (!new RegExp(`^[\\s-]*(?:name|key):\\s*["']?${name}["']?\\s*$`).test(line)) return null;
  return /^\s*value:\s*(.*)$/.exec(next)?.[1] ?? null;
}

function ownValue(rest: string | null): string | null {
  const [, double, single, plain] = /^(?:"([^"]*)"|'([^']*)'|(\$\{[^}]*\}|[^\s,"'}]+))/.exec(rest?.trim() ?? "") ?? [];
  const value = (double ?? single ?? plain ?? "").trim();
  const fallback = /^\$\{\w+:?-([^}]+)\}$/.exec(value)?.[1];
  if (fallback !== undefined) return ownValue(fallback);
  return value === "" || /^[$*!<&|>{]/.test(value) ? null : value;
}
