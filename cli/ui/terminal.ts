/** Whether a person types, and what is asked would go elsewhere: `| less`. */
export function isHalfTerminal(): boolean {
  return Boolean(process.stdin.isTTY) && !process.stdout.isTTY;
}

/** Whether a person is there to answer: a terminal on both sides, and no CI that only pretends. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !isCi();
}

/** Whether this is a CI, which may pretend to be a terminal. */
export function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && !["", "0", "false"].includes(CI);
}
