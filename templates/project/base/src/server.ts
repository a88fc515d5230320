import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { app } from "./app.js";
import { config } from "./config.js";
import { closeAuth } from "./routes/auth.js";
import { shutDownOnSignals } from "./shutdown.js";

const server = createServer(app);
/** A request that takes longer to arrive is a client that holds a connection on purpose. */
server.requestTimeout = 30_000;
shutDownOnSignals(server, closeAuth);
server.listen(config.port, config.host, () => {
  console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
