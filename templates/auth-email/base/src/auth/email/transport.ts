import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import nodemailer from "nodemailer";
import { isMailAddress } from "../address.js";
import { projectFolder } from "../project-folder.js";
import type { Delivery, SmtpServer } from "./config.js";
import type { Mail } from "./rendering.js";

const connectTimeoutMs = 10_000;
const silenceTimeoutMs = 20_000;
/** For a server that keeps talking without ever taking the mail: below the lease of a claim. */
const sendTimeoutMs = 60_000;

/** Hands a mail over, and says where it went. Gives up at once when the signal aborts. */
export type Send = (mail: Mail, signal: AbortSignal) => Promise<string>;

/** Thrown for a mail that another attempt would not help. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}

export function openTransport(delivery: Exclude<Delivery, { kind: "queue" }>): Send {
  return delivery.kind === "smtp" ? overSmtp(delivery) : asFiles(resolve(projectFolder, delivery.dir));
}

function overSmtp({ host, port, secure, requireTls, auth }: SmtpServer): Send {
  const transport = nodemailer.createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(auth ? { auth } : {}),
    tls: { minVersion: "TLSv1.2" },
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (mail, stop) => {
    try {
      await abortingAfter(sendTimeoutMs, stop, (signal) => transport.sendMail({ ...messageOf(mail), signal }));
    } catch (error) {
      throw isForGood(error) ? new MailRefused(reasonOf(error)) : error;
    }
    return "smtp";
  };
}

/** One file a mail, for development and tests: `.eml`, which mail programs open. */
function asFiles(dir: string): Send {
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true });
  return async (mail) => {
    const { message } = await composer.sendMail(messageOf(mail));
    const path = join(dir, `${mail.createdAt.replace(/[:.]/g, "-")}-${mail.purpose}-${mail.id}.eml`);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${path}.part`, path);
    return path;
  };
}

/** The envelope is given, so that nothing in a header decides who gets the mail. */
function messageOf({ id, to, from, subject, text, html, createdAt }: Mail) {
  if (!isMailAddress(to)) throw new MailRefused("no plain address");
  const host = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    from,
    to: { name: "", address: to },
    envelope: { from: from.address, to: [to] },
    messageId: `<${id}@${host}>`,
    date: new Date(createdAt),
    subject,
    text,
    html,
    // RFC 3834: no holiday notes, please.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

/** A short, fixed word for the log: what a server says can quote the mail. */
export function reasonOf(error: unknown): string {
  const { code, responseCode, name } = error as { code?: unknown; responseCode?: unknown; name?: string };
  const words = [code, responseCode].filter((part) => typeof part === "string" || typeof part === "number");
  return words.length > 0 ? words.join(" ") : (name ?? "Error");
}

/** RFC 5321, section 4.2.1: a 5yz is for good. But not one about us: a wrong password of ours is set right some day. */
function isForGood(error: unknown): boolean {
  const { code, command, responseCode } = error as { code?: unknown; command?: unknown; responseCode?: unknown };
  // Our sender is refused, or we should have logged in: the next mail would fare no better.
  if (command === "MAIL FROM" || responseCode === 530) return false;
  return (code === "EENVELOPE" || code === "EMESSAGE") && typeof responseCode === "number" && responseCode >= 500;
}

/** Aborts the work after `ms`, or when `stop` aborts, and leaves neither a timer nor a listener behind. */
async function abortingAfter<T>(ms: number, stop: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const aborter = new AbortController();
  const abort = (): void => aborter.abort();
  const timer = setTimeout(abort, ms);
  stop.addEventListener("abort", abort, { once: true });
  try {
    return await work(aborter.signal);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", abort);
  }
}
