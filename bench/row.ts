/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit?: "ms";
  readonly aim?: { readonly atLeast: number } | { readonly atMost: number };
  /** The figures behind the ratio. */
  readonly behind: string;
}

/** The rows as a table for a terminal. */
export function formatRows(rows: readonly Row[]): string {
  const lines = rows.map((row) => [row.what, aimText(row), measuredText(row), verdict(row), row.behind]);
  const table = [["", "aim", "measured", "", "behind it"], ...lines];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function aimText({ aim, unit }: Row): string {
  if (aim === undefined) return "";
  return "atLeast" in aim ? `at least ${aim.atLeast}` : `under ${aim.atMost}${unit ? ` ${unit}` : ""}`;
}

function measuredText({ measured, unit }: Row): string {
  return unit ? `${measured.toFixed(0)} ${unit}` : measured.toFixed(2);
}

function verdict({ aim, measured }: Row): string {
  if (aim === undefined) return "";
  const met = "atLeast" in aim ? measured >= aim.atLeast : measured < aim.atMost;
  return met ? "met" : "MISSED";
}
