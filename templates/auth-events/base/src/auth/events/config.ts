import { type Environment, environment, number, optional, refuse, secret } from "../environment.js";

/** Where events go by webhook, and the key that signs them. */
export interface WebhookTarget {
  url: string;
  key: Buffer;
}

/** The variables of the event sinks, read once. */
export const eventsConfig = readEventsConfig(environment);

/** @throws AuthError "JWTEnvVariableMissing" that names the first variable that is missing or makes no sense. */
export function readEventsConfig(env: Environment) {
  return Object.freeze({
    /** How long an event stays in the table. */
    eventSeconds: number(env, "AUTH_EVENT_DAYS", 90, { above: 0, to: 3650 }) * 86_400,
    webhook: webhookTarget(env),
    /** How long the receiver may take to answer. */
    webhookTimeoutSeconds: number(env, "AUTH_WEBHOOK_TIMEOUT_SECONDS", 5, { from: 0.1, to: 30 }),
  });
}

function webhookTarget(env: Environment): WebhookTarget | undefined {
  const url = optional(env, "AUTH_WEBHOOK_URL");
  return url ? { url: checkedUrl(url, env["NODE_ENV"] === "production"), key: signingKey(env) } : undefined;
}

/** Events name people: in production they travel encrypted, or stay on this machine. */
function checkedUrl(text: string, inProduction: boolean): string {
  const url = parseUrl(text);
  const plainIsFine = !inProduction || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && plainIsFine))
    throw refuse("AUTH_WEBHOOK_URL", "must start with https:// (http:// is for this machine, or outside production)");
  if (url.username || url.password)
    throw refuse("AUTH_WEBHOOK_URL", "must not have a user name or password in it: the signature tells who sends");
  return url.href;
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse("AUTH_WEBHOOK_URL", "is not a URL");
  }
}

/** Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. Any other text is a key as it stands. */
function signingKey(env: Environment): Buffer {
  const text = secret(env, "AUTH_WEBHOOK_SECRET", 24);
  if (!text.startsWith("whsec_")) return Buffer.from(text);
  const encoded = text.slice("whsec_".length);
  const key = Buffer.from(encoded, "base64");
  const isBase64 = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
  if (isBase64 && key.length >= 24 && key.length <= 64) return key;
  throw refuse("AUTH_WEBHOOK_SECRET", "must be whsec_ and the base64 of 24 to 64 bytes");
}
