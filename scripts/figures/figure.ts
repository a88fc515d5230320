/** One thing that is measured. */
export interface Figure {
  readonly name: string;
  /** What it was at the end of the first five issues. */
  readonly before: number;
  readonly aim: number;
  readonly now: number;
  /** A bound that takes the place of the aim's own, and what it is for. */
  readonly allowed?: { readonly most: number; readonly because: string };
  /** What it is made of, where that helps to make it less. */
  readonly evidence?: readonly string[];
}

/** A figure that counts things, and names them. */
export function counted(name: string, before: number, aim: number, evidence: readonly string[]): Figure {
  return { name, before, aim, now: evidence.length, evidence };
}

/** An aim leaves a tenth of itself to the items that come, and of what is counted a whole one. */
export function bound({ aim, allowed }: Pick<Figure, "aim" | "allowed">): number {
  return allowed?.most ?? Math.ceil(Math.round(aim * 11) / 10);
}

export function isOver(figure: Figure): boolean {
  return figure.now > bound(figure);
}
