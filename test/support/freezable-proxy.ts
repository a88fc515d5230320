import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP relay on loopback that can stop passing anything on, as a broken network does. */
export interface FreezableProxy {
  readonly port: number;
  freeze(): void;
  thaw(): void;
  close(): void;
}

/** Relays to a port of 127.0.0.1; `hear` gets what clients send. */
export async function startProxy(target: number, hear?: (sent: Buffer) => void): Promise<FreezableProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    if (frozen) socket.pause();
  };
  const relay = (from: Socket, to: Socket): void => {
    from.on("data", (chunk) => to.write(chunk));
    from.on("close", () => to.destroy());
  };
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    if (hear) near.on("data", hear);
    relay(near, far);
    relay(far, near);
    keep(near);
    keep(far);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const each = (action: (socket: Socket) => void): void => sockets.forEach(action);
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      frozen = true;
      each((socket) => socket.pause());
    },
    thaw: () => {
      frozen = false;
      each((socket) => socket.resume());
    },
    close: () => {
      server.close();
      each((socket) => socket.destroy());
    },
  };
}
