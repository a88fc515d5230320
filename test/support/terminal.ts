import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { quote } from "../../cli/ui/command-line.js";
import { waitHangMs } from "./limits.js";
import { whyNot } from "./needs.js";

/** Why tests at a terminal can't run here, or null: `script` of util-linux makes the pseudo terminal; that of macOS has other flags. */
export const noTerminal: string | null =
  process.platform === "linux" ? whyNot(["script"]) : "script of util-linux is not installed";

/** A program on a terminal of its own. */
export interface Terminal {
  /** Waits until all of these are shown, after what was waited for before. Escape sequences don't count. */
  shows(...texts: (string | RegExp)[]): Promise<void>;
  type(keys: string): void;
  /** The exit code, and all that was shown, without escape sequences and with them. */
  readonly ended: Promise<{ code: number | null; shown: string; raw: string }>;
  kill(): void;
}

export const keys = {
  enter: "\r",
  down: "\u001B[B",
  ctrlC: "\u0003",
  clearLine: "\u0015",
  tab: "\t",
  backspace: "\u007F",
} as const;

/** Starts a program as a person would, at a terminal. */
export function onTerminal(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Terminal {
  const { CI: _ci, DATABASE_URL: _url, AUTH_DATABASE_URL: _own, NODE_ENV: _mode, ...inherited } = process.env;
  const child = spawn("script", ["-qefc", words.map(quote).join(" "), "/dev/null"], {
    cwd,
    env: { ...inherited, TERM: "xterm", COLUMNS: "200", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let [shown, seen] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const plain = () => stripVTControlCharacters(shown);
  return {
    async shows(...texts) {
      for (const deadline = Date.now() + waitHangMs; Date.now() < deadline; ) {
        const rest = plain().slice(seen);
        const places = texts.map((text) => (typeof text === "string" ? rest.indexOf(text) : rest.search(text)));
        if (!places.includes(-1)) {
          seen += Math.max(...places) + 1;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`the terminal does not show ${texts.join(", ")}:\n${plain()}`);
    },
    type: (typed) => void child.stdin.write(typed),
    ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, shown: plain(), raw: shown }))),
    kill: () => void child.kill("SIGKILL"),
  };
}
