import { isIP } from "node:net";
import { isMailAddress } from "../address.js";
import { type Environment, environment, missing, optional, refuse, serverUrl } from "../environment.js";

/** An SMTP server that takes our mail. */
export interface SmtpServer {
  kind: "smtp";
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** Refuse a server that does not offer STARTTLS. */
  requireTls: boolean;
  auth: { user: string; pass: string } | undefined;
}

/** How mail leaves: over SMTP, as files, or taken from its table by something else. */
export type Delivery = SmtpServer | { kind: "outbox"; dir: string } | { kind: "queue" };

/** A sender: `Shop <no-reply@example.org>`. */
export interface Sender {
  name: string;
  address: string;
}

/** Where the pages of the application are that a mail's link opens, below APP_URL. */
export const linkPaths = {
  verify: "/verify-email#token=",
  reset: "/reset-password#token=",
  revert: "/revert-email#token=",
};

const defaultDelivery = "outbox:.data/mail";
const defaultAppUrl = "http://localhost:3000";
const defaultSender: Sender = { name: "", address: "no-reply@localhost.localdomain" };

export const mailConfig = readMailConfig(environment);

/** @throws AuthError "JWTEnvVariableMissing" that names the first missing or unparsable variable. */
export function readMailConfig(env: Environment) {
  const inProduction = env["NODE_ENV"] === "production";
  const delivery = inTests(env, readDelivery(env, inProduction));
  return Object.freeze({
    delivery,
    from: readSender(env, delivery),
    /** Without a slash at its end. */
    appUrl: readAppUrl(env, inProduction),
  });
}

function readDelivery(env: Environment, inProduction: boolean): Delivery {
  const value = optional(env, "AUTH_MAIL");
  if (!value && inProduction) throw missing("AUTH_MAIL", "to smtp://..., outbox:DIR or queue");
  const named = value || (env["NODE_ENV"] === "test" ? "queue" : defaultDelivery);
  if (named === "queue") return { kind: "queue" };
  const dir = /^outbox:(.+)$/.exec(named)?.[1];
  if (dir) return { kind: "outbox", dir };
  if (/^smtps?:\/\//.test(named)) return readServer(named, inProduction);
  throw refuse("AUTH_MAIL", "must be smtp://user:password@host:port, smtps://..., outbox:DIR or queue");
}

function readServer(text: string, inProduction: boolean): SmtpServer {
  const url = serverUrl("AUTH_MAIL", text);
  if (!url.hostname || url.search || url.hash || !["", "/"].includes(url.pathname))
    throw refuse("AUTH_MAIL", "takes user, password, host and port, and nothing behind them");
  const secure = url.protocol === "smtps:";
  const auth = url.username
    ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
    : undefined;
  return {
    kind: "smtp",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    requireTls: !secure && !isLoopback(url.hostname) && (inProduction || auth !== undefined),
    auth,
  };
}

/** A test run never writes to people, whatever `.env` says: what would go to a real server waits in the table. */
function inTests(env: Environment, delivery: Delivery): Delivery {
  const leaves = delivery.kind === "smtp" && !isLoopback(delivery.host);
  return env["NODE_ENV"] === "test" && leaves ? { kind: "queue" } : delivery;
}

function readSender(env: Environment, delivery: Delivery): Sender {
  const value = optional(env, "MAIL_FROM");
  if (!value && delivery.kind === "smtp") throw missing("MAIL_FROM", "to Shop <no-reply@example.org>");
  if (!value) return defaultSender;
  const [, name = "", address = ""] = /^([^<>"\\,;:@\p{Cc}]{1,64}) <([^<>]+)>$/u.exec(value) ?? [value, "", value];
  if (!isMailAddress(address)) throw refuse("MAIL_FROM", "must be an address, or a name and <an address>");
  return { name, address };
}

/** Links are built from this and never from what a request says of its host. */
function readAppUrl(env: Environment, inProduction: boolean): string {
  const value = optional(env, "APP_URL");
  if (!value && inProduction) throw missing("APP_URL", "to where your users are, https://...");
  const url = parseUrl("APP_URL", value || defaultAppUrl);
  if (!/^https?:$/.test(url.protocol)) throw refuse("APP_URL", "must start with https://");
  if (url.protocol === "http:" && inProduction) throw refuse("APP_URL", "must start with https:// in production");
  if (url.username || url.password || /[?#]/.test(url.href))
    throw refuse("APP_URL", "takes an origin and a path, and nothing else");
  return url.href.replace(/\/+$/, "");
}

function parseUrl(name: string, text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse(name, "is not a URL");
  }
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
