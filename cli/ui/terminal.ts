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

/** Whether the locale has more than ASCII. One that nobody has set says nothing against it. */
export function speaksUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return locale === "" || /utf-?8/i.test(locale);
}

/** The sign of what is done. */
export function tick(): string {
  return speaksUnicode(process.env) ? "\u2714" : "+";
}
