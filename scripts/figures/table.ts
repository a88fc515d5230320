import { bound, type Figure, isOver } from "./figure.js";

/** What is named of one figure. */
const most = 30;

/** A Markdown table; what exceeds its bound is set in bold type. */
export function tableOf(subject: string, figures: readonly Figure[]): string {
  const head = [subject, "before", "aim", "now"];
  const rows = figures.map((one) => [one.name, written(one.before), written(one.aim), nowOf(one)]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => padded(cell, widths[at]!, at)).join(" | ")} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line), ...notesOf(figures)].join("\n");
}

/** Why more than a tenth beyond an aim is allowed: once for the figures that have one reason. */
function notesOf(figures: readonly Figure[]): string[] {
  const reasons = new Set(figures.flatMap(({ allowed }) => allowed?.because ?? []));
  return [...reasons].map((because) => {
    const allowed = figures.filter((figure) => figure.allowed?.because === because);
    const mosts = allowed.map(({ name, allowed }) => `${name}: ${written(allowed!.most)}`);
    return `\nAllowed beyond the aim, since ${because}: ${mosts.join(", ")}.`;
  });
}

/** The rows of such a table, as numbers: name -> [before, aim, now]. */
export function readTable(markdown: string): Map<string, number[]> {
  const rows = markdown.split("\n").flatMap((line) => {
    const [name = "", ...cells] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return /^\**[\d,]+\**$/.test(cells[0] ?? "") ? [[name, cells.map(numberIn)] as const] : [];
  });
  return new Map(rows);
}

/** One line a figure that exceeds its bound, with what it is made of. */
export function overBounds(figures: readonly Figure[]): string[] {
  return figures.filter(isOver).map((figure) => {
    const { name, now, aim, evidence = [] } = figure;
    const made = shortened(evidence)
      .map((line) => `\n    ${line}`)
      .join("");
    return `${name}: ${now}, at most ${bound(figure)} (aim ${aim})${made}`;
  });
}

function shortened(evidence: readonly string[]): string[] {
  const more = evidence.length - most;
  return more > 0 ? [...evidence.slice(0, most), `and ${more} more`] : [...evidence];
}

function nowOf(figure: Figure): string {
  return isOver(figure) ? `**${written(figure.now)}**` : written(figure.now);
}

function written(value: number): string {
  return value.toLocaleString("en-US");
}

function numberIn(cell: string): number {
  return Number(cell.replace(/[*,]/g, ""));
}

function padded(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
