import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import fs from "fs-extra";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, password, removeComposed, startCluster, times } from "../support/cluster.js";
import { appEnv } from "../support/compose.js";
import { freePort } from "../support/free-port.js";
import { type NatsServer, noNats, startNats } from "../support/nats.js";
import { type MailServer, startMailServer, until } from "../support/smtp.js";
import { repo } from "../support/template-tree.js";

const unlessNats = noNats ? ` (not run: ${noNats})` : "";

describe.skipIf(noNats)(`mail through the example's publisher, NATS and sender${unlessNats}`, () => {
  let cluster: Cluster;
  let nats: NatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let smtp: MailServer | undefined;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    const env = { AUTH_MAIL: "queue", MAIL_FROM: "Shop <no-reply@shop.example>", APP_URL: "https://shop.example" };
    [nats, cluster] = await Promise.all([
      startNats(),
      startCluster({ database: "postgres", processes: 1, items: ["auth-email"], env }),
    ]);
    await fs.copy(join(repo, "docs/examples/mail-queue/src"), join(cluster.dir, "src"));
    const login = { user: "shop", pass: "p@ss" };
    connection = await connect({ port: nats.port, ...login, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    manager = await jetstreamManager(connection);
    process.once("exit", killAll);
  });
  afterEach(async () => {
    await Promise.all([...running].map(kill));
    await smtp?.close();
    smtp = undefined;
  });
  afterAll(async () => {
    process.removeListener("exit", killAll);
    await connection?.close();
    await nats?.close();
    await cluster?.close();
    await removeComposed();
  });

  test("a mail arrives as the module wrote it, and nothing of it stays behind", async () => {
    smtp = await startMailServer();
    await Promise.all([start("publisher"), start("sender")]);
    const email = await signUp();
    const mail = await smtp.mailTo(email);
    expect(mail.from).toEqual({ name: "Shop", address: "no-reply@shop.example" });
    expect(mail.to).toEqual([{ name: "", address: email }]);
    expect(mail.messageId).toMatch(/^<[\w-]{22}@shop\.example>$/);
    const token = /^https:\/\/shop\.example\/verify-email#token=([\w-]{43})\r?$/m.exec(mail.text!)![1]!;
    expect(mail.html).toContain(token);
    expect((await cluster.next().post("/api/auth/email/verify", { token })).status).toBe(204);
    await nothingWaits();
  });

  test("two publishers and two senders that share the work send each mail once", async () => {
    smtp = await startMailServer();
    const emails = await times(20, signUp);
    await Promise.all((["publisher", "publisher", "sender", "sender"] as const).map((name) => start(name)));
    await nothingWaits();
    expect(recipients(smtp)).toEqual(emails.sort());
  });

  test("with the mail server and then the broker down nothing is lost, and no mail is out of attempts", async () => {
    const port = await freePort();
    const [, sender] = await Promise.all([start("publisher"), start("sender", port)]);
    const emails = await times(3, signUp);
    await until(async () => (await rowsLeft()) === 0, "mails in the stream");
    await until(() => sender.output().includes("attempt 1 of 8: ESOCKET"), "failed attempt");
    await nats.kill();
    emails.push(...(await times(5, signUp)));
    await until(async () => (await attempts()).includes(1), "mail in the publisher's hand");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await attempts()).toEqual([0, 0, 0, 0, 1]);

    smtp = await startMailServer({ port });
    await nats.start();
    await nothingWaits();
    expect(recipients(smtp)).toEqual(emails.sort());
  });

  test("a mail whose sender dies before its acknowledgement comes again, under the same id", async () => {
    smtp = await startMailServer({ delayMs: 700 });
    const [, sender] = await Promise.all([start("publisher"), start("sender")]);
    const email = await signUp();
    await smtp.mailTo(email);
    await kill(sender.child);
    await start("sender");
    const [first, second] = [await smtp.mailTo(email, 1), await smtp.mailTo(email, 2)];
    expect(second.messageId).toBe(first.messageId);
    await nothingWaits();
    expect(smtp.delivered.length).toBe(2);
  });

  test("a mail whose publisher dies between the broker's word and the deletion is sent once", async () => {
    smtp = await startMailServer();
    await deletionsHang();
    const [publisher] = await Promise.all([start("publisher"), start("sender")]);
    const email = await signUp();
    await smtp.mailTo(email);
    await kill(publisher.child);
    await deletionsWork();
    expect(await attempts()).toEqual([1]);

    await cluster.sql("update mail_outbox set due_at = now()");
    const before = (await manager.streams.info("MAIL")).state.last_seq;
    await start("publisher");
    await until(async () => (await rowsLeft()) === 0, "second publication");
    // A later mail gets through: the sender would have got a duplicate before it.
    await smtp.mailTo(await signUp());
    await nothingWaits();
    expect(recipients(smtp).filter((address) => address === email)).toEqual([email]);
    expect((await manager.streams.info("MAIL")).state.last_seq).toBe(before + 1);
  });

  test("an address that the mail server refuses for good is tried once, and holds up nobody", async () => {
    const refused = await signUp();
    smtp = await startMailServer({
      onRcptTo: ({ address }, _session, done) =>
        done(address === refused ? Object.assign(new Error("No such user"), { responseCode: 550 }) : null),
    });
    const [sender] = await Promise.all([start("sender"), start("publisher")]);
    const other = await signUp();
    await nothingWaits();
    expect(recipients(smtp)).toEqual([other]);
    expect(sender.output().match(/attempt \d of 8: .*/g)).toEqual(["attempt 1 of 8: EENVELOPE 550"]);
    expect(sender.output()).not.toContain("@");
  });

  test("a sender that is told to end finishes the mail it has", async () => {
    smtp = await startMailServer({ delayMs: 500 });
    const [, sender] = await Promise.all([start("publisher"), start("sender")]);
    const email = await signUp();
    await smtp.mailTo(email);
    sender.child.kill("SIGTERM");
    expect(await once(sender.child, "exit")).toEqual([0, null]);
    await nothingWaits();
  });

  /** Starts one of the example's programs, and waits until it works. */
  async function start(name: "publisher" | "sender", smtpPort = smtp?.port) {
    const child = spawn(process.execPath, ["--import", "tsx", `src/mail-${name}.ts`], {
      cwd: cluster.dir,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...appEnv(cluster.dir),
        ...cluster.env,
        NATS_URL: nats.url,
        SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
        ACK_WAIT_SECONDS: "2",
      },
    });
    running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`The ${name} ended:\n${output}`);
      return output.includes("ing mail");
    }, `${name} that runs`);
    return { child, output: () => output };
  }

  async function kill(child: ChildProcess): Promise<void> {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  function killAll(): void {
    for (const child of running) child.kill("SIGKILL");
  }

  async function signUp(): Promise<string> {
    const name = `ada-${randomBytes(6).toString("hex")}`;
    const email = `${name}@example.org`;
    const { status } = await cluster.next().post("/api/auth/signup", { username: name, password, email });
    expect(status).toBe(201);
    return email;
  }

  /** How often each mail of the table has been taken. */
  async function attempts(): Promise<number[]> {
    const rows = await cluster.sql("select attempts from mail_outbox order by attempts");
    return rows.map((row) => Number(row["attempts"]));
  }

  async function rowsLeft(): Promise<number> {
    return (await attempts()).length;
  }

  async function nothingWaits(): Promise<void> {
    await until(async () => (await rowsLeft()) === 0, "empty table");
    const left = async () => (await manager.streams.info("MAIL")).state.messages;
    await until(async () => (await left().catch(() => 1)) === 0, "empty stream");
  }

  /** Whoever deletes a mail waits: the moment to die. */
  async function deletionsHang(): Promise<void> {
    await cluster.sql(`create function hang() returns trigger language plpgsql
      as $$ begin perform pg_sleep(60); return old; end $$`);
    await cluster.sql("create trigger hang before delete on mail_outbox for each row execute function hang()");
  }

  async function deletionsWork(): Promise<void> {
    const hanging = "datname = current_database() and pid <> pg_backend_pid() and query ilike 'delete%mail_outbox%'";
    await cluster.sql(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${hanging}`);
    await cluster.sql("drop function hang cascade");
  }
});

function recipients({ delivered }: MailServer): string[] {
  return delivered.flatMap(({ to }) => to).sort();
}
