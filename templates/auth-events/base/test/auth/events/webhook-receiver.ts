import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** A receiver of webhooks on this machine. */
export interface Receiver {
  url: string;
  /** Everything that came, also what was refused. */
  received: Received[];
  /** The status of the next answers; a promise keeps the sender waiting. */
  answer(message: Received): number | Promise<number>;
  /** From now on, connections are refused. */
  close(): Promise<void>;
  /** Listens again, where it did before. */
  open(): Promise<void>;
}

/** Starts one that takes everything. */
export async function startReceiver(): Promise<Receiver> {
  let server: Server | undefined;
  let port = 0;
  const receiver: Receiver = {
    url: "",
    received: [],
    answer: () => 204,
    close: () =>
      new Promise((resolve) => {
        server?.close(() => resolve());
        server?.closeAllConnections();
      }),
    open: async () => {
      server = listener(receiver);
      await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
      port = (server.address() as AddressInfo).port;
      receiver.url = `http://127.0.0.1:${port}/hooks`;
    },
  };
  await receiver.open();
  return receiver;
}

function listener(receiver: Receiver): Server {
  return createServer((req, res) => void receive(receiver, req, res));
}

async function receive(receiver: Receiver, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const message = { path: req.url ?? "", headers: req.headers, text, body: JSON.parse(text) as Received["body"] };
  receiver.received.push(message);
  const status = await receiver.answer(message);
  res.writeHead(status, status >= 300 && status <= 399 ? { location: "/elsewhere" } : {}).end("thanks");
}

/** Asks until the answer is that one, for eight seconds at most, and gives the last one. */
export async function eventually<T>(ask: () => T | Promise<T>, isThat: (answer: T) => boolean): Promise<T> {
  const giveUpAt = Date.now() + 8_000;
  for (;;) {
    const answer = await ask();
    if (isThat(answer) || Date.now() > giveUpAt) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
