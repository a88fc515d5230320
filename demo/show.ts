import { STATUS_CODES } from "node:http";
import pc from "picocolors";

const colors = pc.createColors(process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined);
let steps = 0;

/** What one request was, and what came back. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: object | undefined;
  readonly status: number;
  readonly answer: object | undefined;
}

export function showStep(title: string): void {
  steps += 1;
  console.log(`\n${colors.bold(`${steps}. ${title}`)}`);
}

export function showCommand(command: string): void {
  console.log(`   ${colors.dim("$")} ${command}`);
}

export function showText(text: string): void {
  for (const line of text.trimEnd().split("\n")) console.log(line === "" ? "" : `   ${line}`);
}

export function showExchange({ method, path, token, body, status, answer }: Exchange): void {
  console.log(`   ${colors.cyan(`${method} ${path}`)}`);
  if (token !== undefined) console.log(`   ${colors.dim(`authorization: Bearer ${shortened(token)}`)}`);
  if (body !== undefined) showJson(body);
  const color = status < 400 ? colors.green : colors.yellow;
  console.log(`   ${color(`→ ${status} ${STATUS_CODES[status]}`)}`);
  if (answer !== undefined) showJson(answer);
}

export function showFailure(message: string): void {
  console.error(colors.red(`\n${message}`));
}

function showJson(value: object): void {
  showText(colors.dim(JSON.stringify(value, hidden, 2)));
}

function hidden(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (/password$/i.test(key)) return "•".repeat(8);
  return /token$/i.test(key) ? shortened(value) : value;
}

function shortened(token: string): string {
  return token.length <= 16 ? token : `${token.slice(0, 8)}…${token.slice(-4)}`;
}
