import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import fs from "fs-extra";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { password, times, useCluster } from "../support/cluster.js";
import { appEnv } from "../support/compose.js";
import { freePort } from "../support/free-port.js";
import { type NatsServer, noNats, startNats } from "../support/nats.js";
import { unrun } from "../support/needs.js";
import { type MailServer, startMailServer, until } from "../support/smtp.js";
import { repo } from "../support/template-tree.js";

const cluster = useCluster();

const unlessNats = unrun(noNats);

describe.skipIf(noNats)(`mail through the example's publisher, NATS and sender${unlessNats}`, () => {
  let nats: NatsServer;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let smtpPort: number;
  let smtp: MailServer | undefined;
  const running = new Set<Program>();

  const env = { AUTH_MAIL: "queue", MAIL_FROM: "Shop <no-reply@shop.example>", APP_URL: "https://shop.example" };
  cluster.beginForAll({ database: "postgres", processes: 1, items: ["auth-email"], env });
  beforeAll(async () => {
    [nats, smtpPort] = await Promise.all([startNats(), freePort()]);
    await fs.copy(join(repo, "docs/examples/mail-queue/src"), join(cluster.dir, "src"));
    const login = { user: "shop", pass: "p@ss" };
    connection = await connect({ port: nats.port, ...login, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    manager = await jetstreamManager(connection);
    process.once("exit", killNow);
  });
  afterEach(async () => {
    await smtp?.close();
    smtp = undefined;
  });
  afterAll(async () => {
    process.removeListener("exit", killNow);
    await killAll();
    await connection?.close();
    await nats?.close();
  });

  test("a mail arrives as the module wrote it, and nothing of it stays behind", async () => {
    const inbox = await mailServer();
    await aPublisherAndASender();
    const email = await signUp();
    const mail = await inbox.mailTo(email);
    expect(mail.from).toEqual({ name: "Shop", address: "no-reply@shop.example" });
    expect(mail.to).toEqual([{ name: "", address: email }]);
    expect(mail.messageId).toMatch(/^<[\w-]{22}@shop\.example>$/);
    const token = /^https:\/\/shop\.example\/verify-email#token=([\w-]{43})\r?$/m.exec(mail.text!)![1]!;
    expect(mail.html).toContain(token);
    expect((await cluster.next().post("/api/auth/email/verify", { token })).status).toBe(200);
    await nothingWaits();
  });

  test("an address that the mail server refuses for good is tried once, and holds up nobody", async () => {
    const { sender } = await aPublisherAndASender();
    const before = sender.output();
    let refused = "";
    const inbox = await mailServer({
      onRcptTo: ({ address }, _session, done) =>
        done(address === refused ? Object.assign(new Error("No such user"), { responseCode: 550 }) : null),
    });
    refused = `${name()}@example.org`;
    await signUp(refused);
    const other = await signUp();
    await nothingWaits();
    expect(recipients(inbox)).toEqual([other]);
    expect(sender.output().slice(before.length)).toMatch(/^mail [\w-]{22}, attempt 1 of 8: EENVELOPE 550\n$/);
  });

  test("with the mail server and then the broker down nothing is lost, and no mail is out of attempts", async () => {
    const { sender } = await aPublisherAndASender();
    const emails = await times(3, () => signUp());
    await until(async () => (await attempts()).length === 0, "mails in the stream");
    await until(() => sender.output().includes("attempt 1 of 8: ESOCKET"), "failed attempt");
    await nats.kill();
    emails.push(...(await times(5, () => signUp())));
    await until(async () => (await attempts()).includes(1), "mail in the publisher's hand");
    await sleep(500);
    expect(await attempts()).toEqual([0, 0, 0, 0, 1]);

    const inbox = await mailServer();
    await nats.start();
    await nothingWaits();
    expect(recipients(inbox)).toEqual(emails.sort());
  });

  test("a mail whose sender dies before its acknowledgement comes again, under the same id", async () => {
    const inbox = await mailServer({ delayMs: 700 });
    const { sender } = await aPublisherAndASender();
    const email = await signUp();
    await inbox.mailTo(email);
    await kill(sender);
    await start("sender");
    const [first, second] = [await inbox.mailTo(email, 1), await inbox.mailTo(email, 2)];
    expect(second.messageId).toBe(first.messageId);
    await nothingWaits();
    expect(inbox.delivered.length).toBe(2);
  });

  test("a sender that is told to end finishes the mail it has", async () => {
    const inbox = await mailServer({ delayMs: 500 });
    const { sender } = await aPublisherAndASender();
    await inbox.mailTo(await signUp());
    sender.child.kill("SIGTERM");
    expect(await once(sender.child, "exit")).toEqual([0, null]);
    running.delete(sender);
    await nothingWaits();
  });

  test("a mail whose publisher dies between the broker's word and the deletion is sent once", async () => {
    const inbox = await mailServer();
    const { publisher } = await aPublisherAndASender();
    await deletionsHang();
    const email = await signUp();
    await inbox.mailTo(email);
    await kill(publisher);
    await deletionsWork();
    expect(await attempts()).toEqual([1]);

    const published = async (): Promise<number> => (await manager.streams.info("MAIL")).state.last_seq;
    const before = await published();
    await cluster.sql("update auth_mail_outbox set due_at = now()");
    await start("publisher");
    await until(async () => (await attempts()).length === 0, "second publication");
    const later = await signUp();
    await inbox.mailTo(later);
    await nothingWaits();
    expect(recipients(inbox)).toEqual([email, later].sort());
    expect(await published()).toBe(before + 1);
  });

  test("two publishers and two senders that share the work send each mail once", async () => {
    await killAll();
    const inbox = await mailServer({ delayMs: 20 });
    const emails = await times(24, () => signUp());
    const programs = await Promise.all((["publisher", "publisher", "sender", "sender"] as const).map(start));
    await nothingWaits();
    expect(recipients(inbox)).toEqual(emails.sort());
    expect(programs.map(({ output }) => output()).join()).not.toContain("attempt");
  });

  async function aPublisherAndASender() {
    const started = (["publisher", "sender"] as const).map(
      (kind) => [...running].find((program) => program.kind === kind) ?? start(kind),
    );
    const [publisher, sender] = await Promise.all(started);
    return { publisher: publisher!, sender: sender! };
  }

  /** Starts one of the example's programs, and waits until it works. */
  async function start(kind: Program["kind"]): Promise<Program> {
    const child = spawn(process.execPath, ["--import", "tsx", `src/mail-${kind}.ts`], {
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
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const program = { kind, child, output: () => output };
    running.add(program);
    await until(() => {
      if (child.exitCode !== null) throw new Error(`The ${kind} ended:\n${output}`);
      return output.includes("ing mail");
    }, `${kind} that runs`);
    return program;
  }

  async function kill(program: Program): Promise<void> {
    running.delete(program);
    const { child } = program;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async function killAll(): Promise<void> {
    await Promise.all([...running].map(kill));
  }

  function killNow(): void {
    for (const { child } of running) child.kill("SIGKILL");
  }

  async function mailServer(options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
    smtp = await startMailServer({ port: smtpPort, ...options });
    return smtp;
  }

  async function signUp(email = `${name()}@example.org`): Promise<string> {
    const { status } = await cluster.next().post("/api/auth/signup", { username: name(), password, email });
    expect(status).toBe(201);
    return email;
  }

  /** How often each mail of the table has been taken. */
  async function attempts(): Promise<number[]> {
    const rows = await cluster.sql("select attempts from auth_mail_outbox order by attempts");
    return rows.map((row) => Number(row["attempts"]));
  }

  async function nothingWaits(): Promise<void> {
    await until(async () => (await attempts()).length === 0, "empty table");
    const left = async () => (await manager.streams.info("MAIL")).state.messages;
    await until(async () => (await left().catch(() => 1)) === 0, "empty stream");
  }

  /** Whoever deletes a mail waits: the moment to die. */
  async function deletionsHang(): Promise<void> {
    await cluster.sql(`create function hang() returns trigger language plpgsql
      as $$ begin perform pg_sleep(60); return old; end $$`);
    await cluster.sql("create trigger hang before delete on auth_mail_outbox for each row execute function hang()");
  }

  async function deletionsWork(): Promise<void> {
    const hanging =
      "datname = current_database() and pid <> pg_backend_pid() and query ilike 'delete%auth_mail_outbox%'";
    await cluster.sql(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${hanging}`);
    await cluster.sql("drop function hang cascade");
  }
});

interface Program {
  readonly kind: "publisher" | "sender";
  readonly child: ChildProcess;
  output(): string;
}

const name = (): string => `ada-${randomBytes(6).toString("hex")}`;

function recipients({ delivered }: MailServer): string[] {
  return delivered.flatMap(({ to }) => to).sort();
}
