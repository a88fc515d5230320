// Outlives the test run by a moment: when the run goes away, however it ends, this stops its Postgres and removes the data.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const folder = process.argv[2];
process.stdin.resume().on("end", clean).on("error", clean);

async function clean() {
  for (let attempt = 0; serverPid() !== null && attempt < 100; attempt++) {
    signal(serverPid(), attempt < 50 ? "SIGINT" : "SIGQUIT");
    await sleep(100);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** null once the server has ended: it removes its pid file last. */
function serverPid() {
  try {
    return Number.parseInt(readFileSync(join(folder, "data", "postmaster.pid"), "utf8"), 10);
  } catch {
    return null;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {}
}
