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
 * @throws Error when what is typed differs, or nothing comes, or no UTF-8.
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

/** readline edits the line; what it would show goes nowhere. Lines that come at once, pasted, are kept for their turn. */
function typedLines(source: PasswordSource) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: source, output: nowhere, terminal: true, historySize: 0 });
  const typed = lines[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await typed.next();
    if (line.done) throw new Error("Nothing has been done.");
    return line.value;
  };
  return { next, close: () => lines.close() };
}

async function firstLine(source: PasswordSource): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) {
    chunks.push(Buffer.from(chunk));
    if (chunks.reduce((sum, { length }) => sum + length, 0) > mostCharacters) throw new Error("This is too long.");
  }
  const [line = ""] = decode(Buffer.concat(chunks)).split(/\r\n?|\n/);
  if (line === "") throw new Error("Type the password, or send it by standard input.");
  return line;
}

/** Without a byte order mark, which nobody types. Bytes that are no text would make a password that nobody can. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("Send the password as UTF-8.");
  }
}
