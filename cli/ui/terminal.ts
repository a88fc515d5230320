/** Whether a person is there to answer: a terminal on both sides, and no CI that only pretends. */
export function canAsk(): boolean {
  const { CI } = process.env;
  const inCi = CI !== undefined && !["", "0", "false"].includes(CI);
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !inCi;
}

/** Whether the locale has more than ASCII. One that nobody has set says nothing against it. */
export function speaksUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return locale === "" || /utf-?8/i.test(locale);
}

/** The sign of what is done. */
export function tick(): string {
  return speaksUnicode(process.env) ? "\u2714" : "+";
}
