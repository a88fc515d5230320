// A typed client of the auth module for browsers and other programs that hold tokens: copy it into your front end.
// It needs nothing but `fetch`.

/** What the server answers a login with, as far as it has to be kept. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  tokenType: "Bearer";
  /** Seconds that the access token lives. */
  expiresIn: number;
}

// Under `--login email` there is no `username`: take it out of the three types that have it, and let `email` be a `string`
// in `User`, `Credentials` and `ProfileChanges`.
export interface User {
  id: string;
  username: string;
  email: string | null;
  displayName: string | null;
  createdAt: string;
}

export interface Session {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  ip: string | null;
  userAgent: string | null;
  current: boolean;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface LogIn extends Credentials {
  /** The last one of an earlier login, where there are no cookies: this device is known by it. */
  refreshToken?: string | undefined;
}

/** Problem details (RFC 9457), as every error is answered. */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  detail: string;
  /** "Unknown" where it was not the module that answered but a proxy on the way, say. */
  code: string;
  errors?: { path: string; message: string }[];
}

/** New tokens, or none; or the answer of a server that can't say now. */
type Refreshed = Tokens | "logged out" | Response;

type LoggedIn = { user: User } & Tokens;

/** What each route takes and answers. Add those of the add-ons you have: openapi.json has them. */
export interface Routes {
  "POST /signup": { body: Credentials & { email?: string; displayName?: string }; answer: LoggedIn };
  "POST /login": { body: LogIn; answer: LoggedIn };
  "POST /refresh-token": { body: { refreshToken: string }; answer: Tokens };
  "POST /logout": { body: { refreshToken?: string }; answer: undefined };
  "POST /logout-all": { body: undefined; answer: undefined };
  "GET /me": { body: undefined; answer: { user: User } };
  "PATCH /me": { body: ProfileChanges; answer: { user: User } };
  "DELETE /me": { body: { password: string }; answer: undefined };
  "PUT /password": { body: { currentPassword: string; newPassword: string }; answer: Tokens };
  "GET /sessions": { body: undefined; answer: { sessions: Session[] } };
  "DELETE /sessions/{id}": { body: undefined; answer: undefined };
  "POST /validate": { body: { refreshToken?: string }; answer: undefined };
  "GET /health": { body: undefined; answer: undefined };
}

interface ProfileChanges {
  username?: string;
  displayName?: string | null;
  email?: string | null;
  /** For another name or address. */
  currentPassword?: string;
}

/** Where the tokens live. It is read before each request, so other tabs may write it too. */
export interface TokenStore {
  read(): Tokens | null | Promise<Tokens | null>;
  write(tokens: Tokens | null): void | Promise<void>;
}

/** The Web Locks API, as far as it is used. */
export interface Locks {
  request<T>(name: string, callback: () => Promise<T>): Promise<T>;
}

export interface Options {
  /** Where the module is mounted: "/api/auth", or "https://api.example.org/api/auth". */
  baseUrl: string;
  /** `tokensInMemory()` unless given: a reload logs out then. */
  store?: TokenStore;
  /** Called when a login has ended and the tokens are gone: show the login page. */
  onLoggedOut?: () => void;
  fetch?: typeof fetch;
  locks?: Locks;
}

/** The server's answer to a request that it refused. */
export class AuthProblem extends Error {
  override readonly name = "AuthProblem";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export type AuthClient = ReturnType<typeof createAuthClient>;

/**
 * A client that holds a login. A request whose access token has expired is sent once more with a new one; however many
 * requests of however many tabs find that at once, the refresh token is spent once.
 */
export function createAuthClient({ baseUrl, store = tokensInMemory(), onLoggedOut, ...given }: Options) {
  const send: typeof fetch = given.fetch ?? ((input, init) => fetch(input, init));
  const locks = given.locks ?? webLocks() ?? locksInMemory;
  let refreshing: Promise<Refreshed> | undefined;

  /** `fetch`, with the access token. Never for another origin than your API's: it would be handed the token. */
  async function authorizedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const tokens = await store.read();
    const answer = await send(url, withToken(init, tokens));
    if (!tokens || !isExpired(answer)) return answer;
    const refreshed = await refresh(tokens);
    if (refreshed === "logged out") return answer;
    return refreshed instanceof Response ? refreshed.clone() : send(url, withToken(init, refreshed));
  }

  /**
   * Calls a route of the module: `call("POST /login", { body: { username, password } })`. Tokens of the answer are kept.
   *
   * @throws AuthProblem for an answer that is an error.
   */
  async function call<Route extends keyof Routes>(
    route: Route,
    { body, params = {} }: { body?: Routes[Route]["body"]; params?: Record<string, string> } = {},
  ): Promise<Routes[Route]["answer"]> {
    const [method = "", path = ""] = route.split(" ");
    const url = baseUrl + path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
    const json = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const init = { method, ...(body === undefined ? {} : json) };
    const answer = await (withoutToken.includes(route) ? send(url, init) : authorizedFetch(url, init));
    if (!answer.ok) throw new AuthProblem(await problemOf(answer));
    const content: unknown = answer.status === 204 ? undefined : await answer.json();
    if (endsLogin.includes(route)) await forget();
    else if ((content as Partial<Tokens> | undefined)?.refreshToken) await store.write(tokensOf(content as Tokens));
    return content as Routes[Route]["answer"];
  }

  /** Ends the login, here and on the server. The tokens are forgotten even when the server can't be reached. */
  async function logOut(): Promise<void> {
    const tokens = await store.read();
    await forget();
    if (tokens) await call("POST /logout", { body: { refreshToken: tokens.refreshToken } });
  }

  /** New tokens in place of `spent`. One attempt at a time in this tab, and by the lock in all of them. */
  function refresh(spent: Tokens): Promise<Refreshed> {
    refreshing ??= locks
      .request(`refresh ${baseUrl}`, () => refreshUnlessDone(spent))
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  }

  /** With the lock held: another tab may have refreshed, logged out, or logged in as somebody else in the meantime. */
  async function refreshUnlessDone(spent: Tokens): Promise<Refreshed> {
    const current = await store.read();
    if (!current || ownerOf(current) !== ownerOf(spent)) return "logged out";
    if (current.refreshToken !== spent.refreshToken) return current;
    const body = JSON.stringify({ refreshToken: current.refreshToken });
    const headers = { "Content-Type": "application/json" };
    const answer = await send(`${baseUrl}/refresh-token`, { method: "POST", headers, body });
    // Anything else (429, 503, the page of a proxy) says nothing about the login.
    if (!answer.ok && !(isProblem(answer) && [400, 401, 403].includes(answer.status))) return answer;
    const fresh = answer.ok ? tokensOf((await answer.json()) as Tokens) : null;
    // Who has logged out, or in anew, while this was under way is not overruled.
    if ((await store.read())?.refreshToken !== current.refreshToken) return "logged out";
    await (fresh ? store.write(fresh) : forget());
    return fresh ?? "logged out";
  }

  async function forget(): Promise<void> {
    if (!(await store.read())) return;
    await store.write(null);
    onLoggedOut?.();
  }

  return { call, fetch: authorizedFetch, logOut, isLoggedIn: async () => (await store.read()) !== null };
}

/** Tokens that live as long as the page: nothing for a script to find later, and a reload logs out. */
export function tokensInMemory(): TokenStore {
  let kept: Tokens | null = null;
  return {
    read: () => kept,
    write: (tokens) => {
      kept = tokens;
    },
  };
}

/**
 * Tokens of one tab that outlive a reload: `tokensIn(sessionStorage)`. Not in localStorage, which tells other tabs of a
 * change too late: `tokens-of-all-tabs.ts` has a store for all of them. Every script of the page can read either; the
 * cookie sessions of auth-cookies keep secrets from scripts.
 */
export function tokensIn(storage: Texts, key = "auth"): TokenStore {
  return {
    read: () => JSON.parse(storage.getItem(key) ?? "null") as Tokens | null,
    write: (tokens) => (tokens ? storage.setItem(key, JSON.stringify(tokens)) : storage.removeItem(key)),
  };
}

/** What is used of `sessionStorage`. */
interface Texts {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** Routes where a token is of no use. */
const withoutToken: string[] = ["POST /signup", "POST /login", "POST /refresh-token", "POST /logout", "GET /health"];
const endsLogin: string[] = ["POST /logout-all", "DELETE /me"];

/** RFC 6750, section 3.1. With `--errors auth-basic` the status is 403: in another origin, expose the header by CORS. */
function isExpired({ status, headers }: Response): boolean {
  const challenge = headers.get("WWW-Authenticate") ?? "";
  return status === 401 || (status === 403 && challenge.includes('error="invalid_token"'));
}

/** RFC 9457: so the module answers every error. */
function isProblem({ headers }: Response): boolean {
  return (headers.get("Content-Type") ?? "").startsWith("application/problem+json");
}

async function problemOf(answer: Response): Promise<Problem> {
  if (isProblem(answer)) return (await answer.json()) as Problem;
  const { status, statusText } = answer;
  const detail = `The answer is ${status}, and not the server's own.`;
  return { type: "about:blank", title: statusText, status, detail, code: "Unknown" };
}

function withToken(init: RequestInit, tokens: Tokens | null): RequestInit {
  const headers = new Headers(init.headers);
  if (tokens) headers.set("Authorization", `Bearer ${tokens.accessToken}`);
  return { ...init, headers };
}

function tokensOf({ accessToken, refreshToken, tokenType, expiresIn }: Tokens): Tokens {
  return { accessToken, refreshToken, tokenType, expiresIn };
}

/** The user of an access token (the claim `sub` of the JWT). */
function ownerOf({ accessToken }: Tokens): string {
  const payload = accessToken.split(".")[1] ?? "";
  return JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))).sub;
}

function webLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

const queues = new Map<string, Promise<unknown>>();

/** For where there are no Web Locks (they take https): one at a time in this tab. Give each tab a store of its own there. */
const locksInMemory: Locks = {
  request<T>(name: string, callback: () => Promise<T>): Promise<T> {
    const turn = (queues.get(name) ?? Promise.resolve()).then(callback, callback);
    queues.set(name, turn);
    return turn;
  },
};
