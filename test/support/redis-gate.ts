import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A relay to a Redis that lets through only the commands it is told to, and may answer all of them by itself. */
export interface RedisGate {
  readonly url: string;
  /** The words of every command that was sent. */
  readonly sent: string[][];
  /** From now on each command is answered with these bytes, in RESP a reply; with null they go on to Redis. */
  answer(reply: string | null): void;
  close(): void;
}

/** Relays to a port of 127.0.0.1 the commands that are `allowed`; others are answered with an error, and never arrive. */
export async function startRedisGate(
  target: number,
  allowed: (words: readonly string[]) => boolean,
): Promise<RedisGate> {
  const sent: string[][] = [];
  const sockets = new Set<Socket>();
  let reply: string | null = null;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    keep(near);
    keep(far);
    far.pipe(near);
    near.on("close", () => far.destroy());
    let unread = Buffer.alloc(0);
    near.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      for (let command = readCommand(unread); command; command = readCommand(unread)) {
        const { words, bytes } = command;
        sent.push(words);
        if (reply !== null) near.write(reply);
        else if (allowed(words)) far.write(unread.subarray(0, bytes));
        else near.write("-ERR not allowed here\r\n");
        unread = unread.subarray(bytes);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    answer: (other) => {
      reply = other;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first whole command, an array of bulk strings in RESP, and how many bytes it takes. */
function readCommand(bytes: Buffer): { words: string[]; bytes: number } | null {
  let at = 0;
  const line = (): string | null => {
    const end = bytes.indexOf("\r\n", at);
    if (end === -1) return null;
    const text = bytes.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  const head = line();
  if (head === null) return null;
  const words: string[] = [];
  for (let left = Number(head.slice(1)); left > 0; left -= 1) {
    const size = line();
    if (size === null) return null;
    const end = at + Number(size.slice(1));
    if (bytes.length < end + 2) return null;
    words.push(bytes.toString("utf8", at, end));
    at = end + 2;
  }
  return { words, bytes: at };
}
