import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contractOf } from "./contract.js";

let server: Server;
let answer: (res: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_req, res) => answer(res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => server.close());

const schema = {
  type: "object",
  properties: { id: { type: "string" } },
  required: ["id"],
  additionalProperties: false,
};
const headers = { "X-Kind": { required: true, schema: { const: "good" } }, "X-Age": { schema: { type: "integer" } } };
const document = {
  paths: {
    "/things/{id}": {
      get: {
        operationId: "getThing",
        responses: { 200: { headers, content: { "application/json": { schema } } }, 404: { headers } },
      },
    },
  },
  components: {},
};

function ask(status: number, sent: Record<string, string>, body = ""): Promise<unknown> {
  answer = (res) => res.writeHead(status, sent).end(body);
  const { port } = server.address() as AddressInfo;
  return contractOf(document, `http://127.0.0.1:${port}`).send("getThing");
}

const good = { "x-kind": "good", "content-type": "application/json" };

test("an answer that is as documented passes, and what was not seen is told", async () => {
  await ask(200, { ...good, "x-age": "7" }, '{"id":"a"}');
  const { port } = server.address() as AddressInfo;
  const contract = contractOf(document, `http://127.0.0.1:${port}`);
  await contract.send("getThing");
  expect(contract.unseen()).toEqual(["getThing 404"]);
});

test.each([
  ["a status that is not documented", 201, good, '{"id":"a"}'],
  ["a member too many", 200, good, '{"id":"a","role":"admin"}'],
  ["a member too few", 200, good, "{}"],
  ["a member of another type", 200, good, '{"id":1}'],
  ["no body", 200, { "x-kind": "good" }, ""],
  ["a body where none is documented", 404, { "x-kind": "good" }, "x"],
  ["another content type", 200, { ...good, "content-type": "text/json" }, '{"id":"a"}'],
  ["a missing header", 200, { "content-type": "application/json" }, '{"id":"a"}'],
  ["a header of another value", 200, { ...good, "x-kind": "bad" }, '{"id":"a"}'],
  ["a header of another type", 200, { ...good, "x-age": "old" }, '{"id":"a"}'],
  ["a header that is not documented", 200, { ...good, "x-secret": "1" }, '{"id":"a"}'],
])("%s fails", async (_name, status, sent, body) => {
  await expect(ask(status, sent, body)).rejects.toThrow();
});

test("an operation that is not documented fails", async () => {
  await expect(contractOf(document, "http://127.0.0.1:1").send("other")).rejects.toThrow("no operation other");
});
