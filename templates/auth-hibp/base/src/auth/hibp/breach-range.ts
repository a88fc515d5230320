/** For the whole request, from the name lookup to the last byte. */
const budgetMs = 1_000;
/** Three times what the service sends today. */
const mostBytes = 256 * 1024;
/** The rest of a SHA-1 hash, and how often its password was seen. */
const lineOfRange = /^([0-9A-F]{35}):(\d{1,12})$/i;

const headers = { "User-Agent": "authwright auth-hibp", "Add-Padding": "true" };

/** The breached passwords whose hash starts with one prefix: the rests of their hashes, each after a line break. */
export type BreachRange = string;

/** Thrown for an answer that can't be used. The message is for the log: a fixed sentence. */
export class UnusableAnswer extends Error {}

/**
 * Asks the range API of Have I Been Pwned at `url` for one prefix: 5 upper-case hex characters, all that leaves.
 *
 * @throws UnusableAnswer for any status but 200, for more than 256 KB and for anything that is no list of hashes; the
 * errors of `fetch` when the service can't be reached, answers with a redirect, or takes more than a second.
 */
export async function requestRange(url: string, prefix: string): Promise<BreachRange> {
  const signal = AbortSignal.timeout(budgetMs);
  const answer = await fetch(`${url}/range/${prefix}`, { headers, redirect: "error", signal });
  if (answer.status === 200) return parseRange(await readText(answer));
  answer.body?.cancel().catch(() => undefined);
  throw new UnusableAnswer(`It answered with status ${answer.status}.`);
}

/** Whether `rest`, 35 upper-case hex characters, is one of the range. */
export function isInRange(range: BreachRange, rest: string): boolean {
  return range.includes(`\n${rest}`);
}

/** A body by its pieces. (The types of Node leave open what a piece is.) */
interface Pieces {
  read(): Promise<{ value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

async function readText(answer: Response): Promise<string> {
  const reader: Pieces | undefined = answer.body?.getReader();
  if (!reader) throw new UnusableAnswer("Its answer is empty.");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let { value } = await reader.read(); value; { value } = await reader.read()) {
    bytes += value.byteLength;
    chunks.push(value);
    if (bytes > mostBytes) {
      reader.cancel().catch(() => undefined);
      throw new UnusableAnswer("Its answer is too long.");
    }
  }
  return Buffer.concat(chunks).toString("latin1");
}

/** Lines with a count of 0 are padding: they hide from who sees its length which range was asked for. */
function parseRange(text: string): BreachRange {
  let range = "";
  for (const line of text.trim().split(/\r?\n/)) {
    const [, rest = "", count] = lineOfRange.exec(line) ?? [];
    if (count === undefined) throw new UnusableAnswer("Its answer is no list of hashes.");
    if (Number(count) > 0) range += `\n${rest.toUpperCase()}`;
  }
  return range;
}
