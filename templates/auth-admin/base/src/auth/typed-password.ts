import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Where a password comes from: a terminal, or a pipe. */
export interface PasswordSource extends NodeJS.ReadableStream {
  isTTY?: boolean;
}

const mostCharacters = 4096;

/**
 * A password that is typed twice without being shown; from a pipe, its first line. Never an argument: those stand in the
 * shell's history and in the list of processes.
 *
 * @throws Error when what is typed differs, or nothing comes.
 */
export async function readPassword(
  source: PasswordSource = process.stdin,
  say: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<string> {
  if (!source.isTTY) return firstLine(source);
  const lines = typedLines(source);
  try {
    say("Password: ");
    const password = await lines.next();
    say("\nThe same again: ");
    const again = await lines.next();
    say("\n");
    if (password !== again) throw new Error("These are not the same. Nothing has been done.");
    return password;
  } finally {
    lines.close();
  }
}

/** readline edits the line; what it would show goes nowhere. */
function typedLines(source: PasswordSource) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: source, output: nowhere, terminal: true, historySize: 0 });
  const next = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const stopped = () => reject(new Error("Nothing has been done."));
      lines.once("close", stopped);
      lines.once("line", (line) => {
        lines.off("close", stopped);
        resolve(line);
      });
    });
  return { next, close: () => lines.close() };
}

async function firstLine(source: PasswordSource): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) {
    chunks.push(Buffer.from(chunk));
    if (chunks.reduce((sum, { length }) => sum + length, 0) > mostCharacters) throw new Error("This is too long.");
  }
  const [line = ""] = Buffer.concat(chunks).toString("utf8").split(/\r?\n/);
  if (line === "") throw new Error("Type the password, or send it by standard input.");
  return line;
}
