import { isIP } from "node:net";
import type { Request } from "express";
import { plainAddress } from "../auth/client-network.js";
import type { ClientInfo } from "../auth/events.js";

const maxUserAgentCharacters = 256;
/** Of an address with its brackets, zone and port. */
const maxAddressCharacters = 128;

/**
 * Where the request came from. `req.ip` follows the application's `trust proxy`; where that trusts too many, a client can
 * write anything there, and would be counted under a new name each time. So what is no address is dropped, and the
 * connection's own address taken instead. Null where that has none, as over a Unix socket.
 */
export function clientOf(req: Request): ClientInfo {
  const ip = addressIn(req.ip) ?? addressIn(req.socket.remoteAddress);
  return { ip, userAgent: req.get("user-agent")?.slice(0, maxUserAgentCharacters) ?? null };
}

/**
 * The address without the port that some proxies add, and without the zone (RFC 4007), which has no end. Logs and lists of
 * sessions have an IPv4 address as itself, however it arrives.
 */
function addressIn(typed = ""): string | null {
  const text = typed.slice(0, maxAddressCharacters);
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  const address = plainAddress(bracketed ?? dotted ?? text);
  return isIP(address) === 0 ? null : address;
}
