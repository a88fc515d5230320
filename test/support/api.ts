export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the body
  readonly body: any;
}

export interface Api {
  get(path: string, token?: string): Promise<Answer>;
  delete(path: string, body?: unknown, token?: string): Promise<Answer>;
  post(path: string, body?: unknown, token?: string): Promise<Answer>;
  put(path: string, body?: unknown, token?: string): Promise<Answer>;
  patch(path: string, body?: unknown, token?: string): Promise<Answer>;
}

/** A client of one running server. `token` is sent as a bearer; no status is an error. */
export function api(url: string): Api {
  const send = (method: string) => (path: string, body?: unknown, token?: string) =>
    request(url + path, method, body, token);
  return {
    get: (path, token) => request(url + path, "GET", undefined, token),
    delete: send("DELETE"),
    post: send("POST"),
    put: send("PUT"),
    patch: send("PATCH"),
  };
}

async function request(url: string, method: string, body: unknown, token?: string): Promise<Answer> {
  const headers = new Headers();
  if (body !== undefined) headers.set("content-type", "application/json");
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text || undefined };
}
