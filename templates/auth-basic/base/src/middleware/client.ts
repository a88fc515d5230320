import { isIP } from "node:net";
import type { Request } from "express";
import type { ClientInfo } from "../auth/events.js";

const maxUserAgentCharacters = 256;

/**
 * Where the request came from. `req.ip` follows the application's `trust proxy`; where that trusts too many, it is
 * whatever the client says. What is no address is not stored, and hides nobody: the connection's own counts then.
 */
export function clientOf(req: Request): ClientInfo {
  const ip = addressIn(req.ip) ?? addressIn(req.socket.remoteAddress);
  return { ip, userAgent: req.get("user-agent")?.slice(0, maxUserAgentCharacters) ?? null };
}

/** The address without the port that some proxies add, and without the zone (RFC 4007), which has no end. */
function addressIn(text = ""): string | null {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  const address = (bracketed ?? dotted ?? text).replace(/%.*$/, "");
  return isIP(address) === 0 ? null : address;
}
