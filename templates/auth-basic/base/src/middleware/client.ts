import type { Request } from "express";
import type { ClientInfo } from "../auth/events.js";

const maxUserAgentCharacters = 256;

/** Where the request came from. `req.ip` follows the application's `trust proxy`. */
export function clientOf(req: Request): ClientInfo {
  return { ip: req.ip ?? null, userAgent: req.get("user-agent")?.slice(0, maxUserAgentCharacters) ?? null };
}
