import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Another process that holds the write lock of a SQLite file. */
export interface WriteLock {
  release(): Promise<void>;
}

const repo = fileURLToPath(new URL("../..", import.meta.url));
const script = `import { createClient } from "@libsql/client";
const transaction = await createClient({ url: process.env.LOCK_URL, timeout: 5000 }).transaction("write");
console.log("held");
process.stdin.resume().once("end", async () => { await transaction.rollback(); process.exit(); });`;

/** Takes the write lock of the file behind `url` in a process of its own. */
export async function holdWriteLock(url: string): Promise<WriteLock> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: repo,
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], LOCK_URL: url },
  });
  const ended = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    ended.then(([code]) => Promise.reject(new Error(`No write lock: exit ${code}`))),
  ]);
  return {
    release: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
