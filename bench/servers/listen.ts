import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Express } from "express";

/** Serves the app on a free port of 127.0.0.1. */
export async function listen(app: Express): Promise<string> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
