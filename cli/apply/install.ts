import { x } from "tinyexec";
import { CliError } from "../errors.js";

/** How long a package manager may take. */
const limitMinutes = 15;
/** How long it gets to end by itself when it is told to. */
const graceMs = 5_000;
const shownLines = 15;

export interface InstallOptions {
  readonly signal: AbortSignal;
  /** Told the process of the package manager. */
  readonly started: (pid: number) => void;
}

/** Runs the package manager, with no terminal to ask on. Its output is shown only when it fails. */
export async function runInstall(
  command: readonly string[],
  root: string,
  { signal, started }: InstallOptions,
): Promise<string> {
  const [program = "npm", ...args] = command;
  const ownGroup = process.platform !== "win32";
  const child = x(program, args, {
    // The npm of the user's PATH, not one that a dependency brought.
    nodePath: false,
    nodeOptions: { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: ownGroup, env: environment(program) },
  });
  let late = false;
  const stop = () => stopGroup(child.pid, ownGroup);
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, limitMinutes * 60_000);
  signal.addEventListener("abort", stop);
  try {
    if (child.pid !== undefined) started(child.pid);
    const { stdout, stderr, exitCode } = await child;
    signal.throwIfAborted();
    const output = `${stdout}\n${stderr}`.trim();
    if (exitCode === 0) return output;
    throw failed(
      command,
      late ? `took more than ${limitMinutes} minutes` : `ended with ${exitCode ?? child.signalCode}`,
      output,
    );
  } catch (error) {
    if (signal.aborted || error instanceof CliError) throw error;
    stop();
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw failed(command, missing ? `found no ${program}` : (error as Error).message, "");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function failed(command: readonly string[], reason: string, output: string): CliError {
  const detail = output === "" ? [] : output.split(/\r?\n/).slice(-shownLines);
  return new CliError(
    "InstallFailed",
    `"${command.join(" ")}" ${reason}: everything is put back; --no-install leaves the installation to you`,
    { detail },
  );
}

/** npm starts processes of its own: all of them have to end before files are put back. */
function stopGroup(pid: number | undefined, ownGroup: boolean): void {
  if (pid === undefined) return;
  const send = (name: NodeJS.Signals) => {
    try {
      process.kill(ownGroup ? -pid : pid, name);
    } catch {
      // It has ended.
    }
  };
  send("SIGTERM");
  setTimeout(send, graceMs, "SIGKILL").unref();
}

/** Under CI, pnpm and yarn refuse an install that changes the lock file; here it has to. */
function environment(program: string): NodeJS.ProcessEnv {
  if (program === "pnpm")
    return { ...process.env, npm_config_frozen_lockfile: "false", pnpm_config_frozen_lockfile: "false" };
  if (program === "yarn") return { ...process.env, YARN_ENABLE_IMMUTABLE_INSTALLS: "false" };
  return process.env;
}
