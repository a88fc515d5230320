import type { Server, ServerResponse } from "node:http";

/** How long open requests may take after the signal. Docker kills ten seconds after it, Kubernetes thirty. */
const graceSeconds = 8;

/** On SIGTERM and SIGINT: takes no new connection, answers what is open, then releases the rest and ends. */
export function shutDownOnSignals(server: Server, release: () => Promise<void>): void {
  const open = trackResponses(server);
  let closing = false;
  const shutDown = async (signal: NodeJS.Signals): Promise<void> => {
    if (closing) return;
    closing = true;
    console.log(`${signal}: answering ${open.size} open requests, then ending`);
    server.prependListener("request", (_req, res) => announceClose(res));
    open.forEach(announceClose);
    await drain(server);
    await release();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, (received) => void shutDown(received));
}

/** The responses that are not finished yet. */
function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.prependListener("request", (_req, res) => {
    open.add(res);
    res.once("close", () => open.delete(res));
  });
  return open;
}

/** Tells a client that keeps its connection to send its next request elsewhere. */
function announceClose(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader("Connection", "close");
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
