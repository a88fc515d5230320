import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { type Documented, type Json, operationsOf, resolveIn } from "./openapi-document.js";

export interface Sent {
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  readonly bearer?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The mount's URL, where it is another server's than usual. */
  readonly at?: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** What HTTP and Express add to any answer. */
const transport = [
  ...["connection", "content-length", "content-type", "date", "etag"],
  ...["keep-alive", "transfer-encoding", "vary", "x-powered-by"],
];

/** Sends requests to documented operations, and fails where an answer is not what the document says. */
export function contractOf(document: Json, mount: string) {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, validateFormats: false });
  ajv.addVocabulary(["components"]);
  const seen = new Set<string>();
  const operations = operationsOf(document);

  function faultsOf(schema: Json, value: unknown): string {
    const isGood = ajv.compile({ ...schema, components: document.components });
    return isGood(value) ? "" : `${ajv.errorsText(isGood.errors)} in ${JSON.stringify(value)}`;
  }

  function checkHeaders(documented: Json, headers: Headers, where: string): void {
    for (const [name, ref] of Object.entries<Json>(documented)) {
      const { required, schema } = resolveIn(document, ref);
      const value = headers.get(name);
      if (required) expect(value, `${where}: ${name}`).not.toBeNull();
      if (value === null) continue;
      expect(faultsOf(schema, schema.type === "integer" ? Number(value) : value), `${where}: ${name}`).toBe("");
    }
    const names = Object.keys(documented).map((name) => name.toLowerCase());
    const others = [...headers.keys()].filter((name) => ![...names, ...transport].includes(name));
    expect(others, `${where}: headers that are not documented`).toEqual([]);
  }

  function check({ id, operation }: Documented, sent: Sent, { status, headers, body }: Received): void {
    const where = `${id} ${status}`;
    const response = resolveIn(document, operation.responses[status]);
    expect(response, `${where} is not documented: ${JSON.stringify(body)}`).toBeDefined();
    checkHeaders(response.headers, headers, where);
    const [type] = Object.keys(response.content ?? {});
    expect(headers.get("content-type")?.split(";")[0], where).toBe(type);
    if (type) expect(faultsOf(response.content[type].schema, body), where).toBe("");
    else expect(body, where).toBe("");
    const accepted = operation.requestBody?.content["application/json"].schema;
    if (status < 300 && accepted && sent.body !== undefined) expect(faultsOf(accepted, sent.body), where).toBe("");
    if (status < 300 && operation.requestBody?.required) expect(sent.body, where).toBeDefined();
    seen.add(where);
  }

  async function send(id: string, sent: Sent = {}): Promise<Received> {
    const documented = operations.find((operation) => operation.id === id);
    if (!documented) throw new Error(`The document has no operation ${id}`);
    const [method, path = ""] = documented.route.split(" ");
    const place = path.replace(/\{(\w+)\}/g, (_, name: string) => sent.params?.[name] ?? "A".repeat(43));
    const headers = new Headers(sent.headers);
    const { body, bearer } = sent;
    if (bearer) headers.set("authorization", `Bearer ${bearer}`);
    if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
    const answer = await fetch(`${sent.at ?? mount}${place}${sent.query ?? ""}`, {
      ...(method ? { method } : {}),
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
    const received = { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    check(documented, sent, received);
    return received;
  }

  /** Every documented answer that no request has got: "logIn 429". */
  const unseen = (): string[] =>
    operations.flatMap(({ id, operation }) =>
      Object.keys(operation.responses)
        .filter((status) => Number(status) < 500 && !seen.has(`${id} ${status}`))
        .map((status) => `${id} ${status}`),
    );

  return { operations, send, unseen };
}

export type Contract = ReturnType<typeof contractOf>;
