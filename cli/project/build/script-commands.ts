/** One command of a script, as words: `tsx watch src/server.ts` -> ["tsx", "watch", "src/server.ts"]. */
export type Command = readonly string[];

type Scripts = Readonly<Record<string, string>>;

const maxDepth = 5;

/** The commands that a script runs, in order, with the scripts it calls unfolded and environment prefixes removed. */
export function commandsOf(scripts: Scripts, name: string, depth = 0): Command[] {
  const script = scripts[name];
  if (script === undefined || depth > maxDepth) return [];
  return commandsIn(script).flatMap((command) => {
    const called = calledScripts(command, scripts);
    return called.length > 0 ? called.flatMap((other) => commandsOf(scripts, other, depth + 1)) : [command];
  });
}

/** A command line as commands; a quoted command (`--exec "tsx src/server.ts"`, concurrently) follows the one that runs it. */
export function commandsIn(line: string): Command[] {
  return splitCommands(line).flatMap((words) => {
    const command = withoutPrefix(words);
    const quoted = command.filter((word) => /\s/.test(word)).flatMap(commandsIn);
    return [command.filter((word) => !/\s/.test(word)), ...quoted].filter((one) => one.length > 0);
  });
}

function splitCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [token] of line.matchAll(/&&|\|\||[;&|]|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s;&|"'\\])+/g)) {
    if (/^[;&|]+$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(unquoted(token));
  }
  return commands;
}

function unquoted(token: string): string {
  return token.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
    (double ?? single ?? "").replace(/\\(["\\])/g, "$1"),
  );
}

/** `cross-env A=1 npx tsx x.ts` -> `tsx x.ts` */
function withoutPrefix(words: readonly string[]): string[] {
  let rest = [...words];
  for (;;) {
    const [first = "", second = ""] = rest;
    if (/^\w+=/.test(first) || ["cross-env", "cross-env-shell", "env", "npx", "bunx", "exec"].includes(first)) {
      rest = rest.slice(1);
    } else if (["pnpm", "yarn", "npm", "bun"].includes(first) && ["exec", "dlx", "x"].includes(second)) {
      rest = rest.slice(2);
    } else if (["dotenv", "dotenvx", "env-cmd"].includes(first) && rest.includes("--")) {
      rest = rest.slice(rest.indexOf("--") + 1);
    } else {
      return rest;
    }
  }
}

function calledScripts(command: Command, scripts: Scripts): string[] {
  const [runner = "", ...args] = command;
  const names = args.filter((arg) => !arg.startsWith("-") && arg !== "run");
  if (["run-s", "run-p", "npm-run-all", "npm-run-all2"].includes(runner)) {
    return names.flatMap((name) => matchingScripts(name, scripts));
  }
  if (!["npm", "pnpm", "yarn", "bun"].includes(runner)) return [];
  const [name = ""] = names;
  const calls = args.includes("run") || runner === "pnpm" || runner === "yarn" || name === "start";
  return calls && name in scripts ? [name] : [];
}

function matchingScripts(name: string, scripts: Scripts): string[] {
  if (!name.includes("*")) return name in scripts ? [name] : [];
  const start = name.slice(0, name.indexOf("*"));
  return Object.keys(scripts).filter((script) => script.startsWith(start));
}
