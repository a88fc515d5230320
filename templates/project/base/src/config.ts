import { join } from "node:path";
import { config as readDotenv } from "dotenv";
import { projectFolder } from "./auth/project-folder.js";

const file: Record<string, string> = {};
readDotenv({ quiet: true, processEnv: file, path: join(projectFolder, ".env") });
const env: Readonly<Record<string, string | undefined>> = { ...file, ...process.env };

/** The server's part of the environment, read once; that of the auth module is in auth/config.ts. */
export const config = Object.freeze({
  port: readPort(env["PORT"] || "3000"),
  /** undefined: every address of this machine. */
  host: env["HOST"] || (env["NODE_ENV"] === "production" ? undefined : "127.0.0.1"),
  trustProxy: readTrustProxy(env["TRUST_PROXY"]),
});

function readPort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 0 to 65535, not ${JSON.stringify(value)}`);
}

/** A number of proxies, or their addresses. "true" would believe whatever address a client makes up. */
function readTrustProxy(value = ""): number | string | false {
  const trimmed = value.trim();
  if (trimmed === "" || trimmed === "false") return false;
  if (trimmed === "true") throw new Error("TRUST_PROXY takes the number of proxies or their addresses, not true");
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}
