/** What the two sides of a conflict are called. */
export interface ConflictLabels {
  readonly yours: string;
  readonly theirs: string;
}

/** A conflict as git writes it into a file. */
export function markConflict(
  { yours, theirs }: { readonly yours: readonly string[]; readonly theirs: readonly string[] },
  labels: ConflictLabels,
): string[] {
  return [`<<<<<<< ${labels.yours}`, ...yours, "=======", ...theirs, `>>>>>>> ${labels.theirs}`];
}

/** The lines, from 1, on which a conflict marker is left. In Markdown a line of "=" underlines a heading. */
export function markersLeft(text: string, path: string): number[] {
  const marker = path.endsWith(".md") ? /^(<{7}|>{7}|\|{7})( |\r?$)/ : /^(<{7}|>{7}|\|{7}|={7})( |\r?$)/;
  return text.split("\n").flatMap((line, index) => (marker.test(line) ? [index + 1] : []));
}
