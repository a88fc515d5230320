/** Whether a person is there to answer: a terminal on both sides, and no CI that only pretends. */
export function canAsk(): boolean {
  const { CI } = process.env;
  const inCi = CI !== undefined && !["", "0", "false"].includes(CI);
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !inCi;
}
