// `npm run demo`: what a user of authwright sees, from an empty folder to a stolen refresh token.
import { once } from "node:events";
import fs from "fs-extra";
import { cli, guardNotes, makeProject, run, type Server, startServer } from "./project.js";
import { showCommand, showExchange, showFailure, showStep, showText } from "./show.js";

const user = { username: "grace", password: "a-lantern-in-the-rain" };
const refreshPath = "/api/auth/refresh-token";
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interrupted = new AbortController();
for (const signal of signals) process.on(signal, () => interrupted.abort());

let step = "";
let dir: string | undefined;
let server: Server | undefined;
let finished = false;

try {
  dir = await makeProject();
  await addAuth(dir);
  server = await startServer(dir);
  showText(server.output());
  await replay(server.url, await logIn(server.url));
  await logOut(server.url);
  showLog(server.output());
  finished = true;
  if (process.stdout.isTTY && process.stdin.isTTY) await leaveRunning(server.url);
} catch (error) {
  if (!interrupted.signal.aborted) showFailure(`The demo failed at "${step}".\n${(error as Error).message}`);
} finally {
  await server?.stop();
  if (dir !== undefined) await fs.remove(dir);
}
if (!finished) process.exitCode = interrupted.signal.aborted ? 130 : 1;

async function addAuth(project: string): Promise<void> {
  next("A new Express + TypeScript project");
  showCommand("npm install");
  await run(project, npm(), ["install", "--no-audit", "--no-fund", "--loglevel=error"], interrupted.signal);
  next("Add auth to it");
  showCommand("npx authwright add auth-basic --yes");
  showText(await run(project, process.execPath, [cli, "add", "auth-basic", "--yes"], interrupted.signal));
  next("Guard a route of your own, and start");
  for (const line of await guardNotes(project)) showText(line);
  showCommand("npm run dev");
}

/** What a client of the project does on a good day. */
async function logIn(url: string): Promise<Tokens> {
  next("Sign up");
  await call(url, "POST", "/api/auth/signup", { status: 201, body: user });
  next("Log in");
  const login = await call(url, "POST", "/api/auth/login", { status: 200, body: user });
  next("The guarded route, without and with the access token");
  await call(url, "GET", "/notes", { status: 401 });
  await call(url, "GET", "/notes", { status: 200, token: login["accessToken"] });
  return login;
}

/** Somebody copied the refresh token, and uses it after its owner did. */
async function replay(url: string, { refreshToken: spent }: Tokens): Promise<void> {
  next("Refresh: the refresh token is spent, two new tokens come back");
  const fresh = await call(url, "POST", refreshPath, { status: 200, body: { refreshToken: spent } });
  next("A thief replays the spent token: refused");
  await call(url, "POST", refreshPath, { status: 403, body: { refreshToken: spent } });
  next("... and the whole login is dead: the new refresh token and the new access token too");
  await expectDead(url, fresh);
}

async function logOut(url: string): Promise<void> {
  next("Log in again, and log out: both tokens are dead at once");
  const login = await call(url, "POST", "/api/auth/login", { status: 200, body: user });
  await call(url, "POST", "/api/auth/logout", { status: 204, body: { refreshToken: login["refreshToken"] } });
  await expectDead(url, login);
}

async function expectDead(url: string, { refreshToken, accessToken }: Tokens): Promise<void> {
  await call(url, "POST", refreshPath, { status: 403, body: { refreshToken } });
  await call(url, "GET", "/notes", { status: 401, token: accessToken });
}

async function leaveRunning(url: string): Promise<void> {
  next(`Your turn: the server runs at ${url} until Ctrl-C`);
  const body = JSON.stringify(user);
  showText(`curl -s ${url}/api/auth/login -H 'content-type: application/json' -d '${body}'`);
  showText(`curl -s ${url}/notes -H 'authorization: Bearer <accessToken>'`);
  if (!interrupted.signal.aborted) await once(interrupted.signal, "abort");
}

/** What the server wrote meanwhile: one line an event, nothing secret in it. */
function showLog(output: string): void {
  next("What the server logged");
  showText(
    output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .join("\n"),
  );
}

type Tokens = Readonly<Record<string, string>>;

function next(title: string): void {
  if (interrupted.signal.aborted) throw new Error("interrupted");
  step = title;
  showStep(title);
}

interface Call {
  /** The status that this step has to get. */
  readonly status: number;
  readonly body?: object;
  readonly token?: string | undefined;
}

async function call(url: string, method: string, path: string, { status, body, token }: Call): Promise<Tokens> {
  const headers = new Headers();
  if (body !== undefined) headers.set("content-type", "application/json");
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const init = { method, headers, signal: interrupted.signal };
  const got = await fetch(url + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  const text = await got.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  showExchange({ method, path, token, body, status: got.status, answer });
  if (got.status !== status) throw new Error(`${method} ${path} answered ${got.status}, not ${status}.`);
  return answer ?? {};
}

function npm(): string {
  return process.platform === "win32" ? "npm.cmd" : "npm";
}
