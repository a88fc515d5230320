import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What left the process: every request, as the service saw it. */
export const asked: IncomingMessage[] = [];

export type Answer = (res: ServerResponse) => void;

/** What the service answers with, until a test says otherwise. */
let service: Answer = listOf([]);

export function serviceAnswers(answer: Answer): void {
  service = answer;
  asked.length = 0;
}

/** A range with `passwords` in it, among others and padding, as the real service writes it. */
export function listOf(passwords: string[], count = 7): Answer {
  const lines = passwords.map((password) => `${hashOf(password).slice(5)}:${count}`);
  return sends([`${"0".repeat(35)}:3`, ...lines, `${"F".repeat(35)}:0`].join("\r\n"));
}

export function sends(body: string | Buffer, status = 200, headers: Record<string, string> = {}): Answer {
  return (res) => void res.writeHead(status, headers).end(body);
}

/** SHA-1 in upper-case hex. */
export function hashOf(password: string): string {
  return createHash("sha1").update(password).digest("hex").toUpperCase();
}

const servers: Server[] = [];

/** Starts a service on this machine and gives its URL. */
export async function startService(listener: RequestListener = recorded): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function stopServices(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function recorded(req: IncomingMessage, res: ServerResponse): void {
  asked.push(req);
  service(res);
}
