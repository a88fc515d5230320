import { once } from "node:events";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { waitHangMs } from "./limits.js";

/** A mail that arrived: who it was handed over for, and what is in it. */
export interface Delivered {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: Email;
}

export interface MailServer {
  readonly port: number;
  readonly delivered: readonly Delivered[];
  /** Whether each of them came over TLS. */
  readonly secured: readonly boolean[];
  /** What clients have logged in with. */
  readonly logins: readonly string[];
  /** Waits for a mail to the address, the `count`th one. */
  mailTo(address: string, count?: number): Promise<Email>;
  close(): Promise<void>;
}

/** A real SMTP server on this machine. */
export async function startMailServer(
  options: SMTPServerOptions & { port?: number; delayMs?: number } = {},
): Promise<MailServer> {
  const delivered: Delivered[] = [];
  const logins: string[] = [];
  const secured: boolean[] = [];
  const { port = 0, delayMs = 0, ...more } = options;
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username} ${password}`);
      done(null, { user: username });
    },
    onData: (stream, { envelope, secure }, done) => {
      secured.push(secure);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const mail = await PostalMime.parse(Buffer.concat(chunks));
        const from = envelope.mailFrom ? envelope.mailFrom.address : "";
        delivered.push({ from, to: envelope.rcptTo.map(({ address }) => address), mail });
        setTimeout(() => done(null), delayMs);
      });
    },
    ...more,
  });
  server.on("error", () => {});
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const sentTo = (address: string) => delivered.filter(({ to }) => to.includes(address));
  return {
    port: (server.server.address() as AddressInfo).port,
    delivered,
    secured,
    logins,
    mailTo: async (address, count = 1) => {
      await until(() => sentTo(address).length >= count, `mail ${count} to ${address}`);
      return sentTo(address)[count - 1]!.mail;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Waits for something that happens by itself. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const endsAt = Date.now() + waitHangMs; !(await isSo()); ) {
    if (Date.now() > endsAt) throw new Error(`No ${what} within ${waitHangMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
