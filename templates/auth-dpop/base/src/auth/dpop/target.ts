import type { Request } from "express";
import { dpopConfig } from "./config.js";

/** What a proof is for: one method of one URL. */
export interface Target {
  readonly method: string;
  /** As browsers spell it: in lower case, without the scheme's own port. */
  readonly origin: string;
  /** As it is sent, without query. */
  readonly path: string;
}

const httpUrl = /^(https?:\/\/[\w.:[\]-]+)(\/[^?#\s]*)?(?:[?#]\S*)?$/i;

/** What its client has asked for: PUBLIC_ORIGIN and the path of the request, never what its Host header says. */
export function targetOf({ method, originalUrl }: Pick<Request, "method" | "originalUrl">): Target {
  const { origin, path } = dpopConfig.publicOrigin;
  return { method, origin, path: path + originalUrl.replace(/[?#].*$/, "") };
}

/** The target that another service names, or null for what is no URL of http. */
export function targetAt(method: string, url: string): Target | null {
  const [, origin, path = "/"] = httpUrl.exec(url) ?? [];
  return origin !== undefined && URL.canParse(origin) ? { method, origin: new URL(origin).origin, path } : null;
}

/**
 * RFC 9449, section 4.3: `htm` is the method, and `htu` the URL without query and fragment. Scheme and host are compared
 * without case, ports that go without saying are dropped, and the path is compared as it stands.
 */
export function isFor({ htm, htu }: { htm: string; htu: string }, target: Target): boolean {
  const named = targetAt(htm, htu);
  return named?.method === target.method && named.origin === target.origin && named.path === target.path;
}
