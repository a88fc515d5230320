import "../test-environment.js";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineError, errorTable, shownCode } from "../../../src/auth/errors.js";
import { type OpenApiDocument, openApiDocument } from "../../../src/auth/openapi/document.js";
import { allOperations, type Operation, operationGroups } from "../../../src/auth/openapi/operations.js";
import { postmanCollection } from "../../../src/auth/openapi/postman.js";
import { openApiRoutes } from "../../../src/auth/openapi/router.js";
import { problemHandler } from "../../../src/middleware/problem.js";
import { authRouter } from "../../../src/routes/auth.js";
import { call, credentials, expectProblem, signUp, startAuth, stopAuth } from "../client.js";
import { match } from "../shapes.js";

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

type Json = Record<string, unknown>;

const theme: Operation = {
  id: "getTheme",
  route: "GET /themes/{id}",
  topic: "Shop",
  summary: "How the shop looks",
  auth: "required",
  parameters: [{ name: "id", in: "path", description: "A theme.", schema: z.string().max(9) }],
  success: { status: 200, description: "The theme.", body: z.object({ dark: z.boolean() }) },
  errors: ["NotFound"],
};

describe("the document", () => {
  test("is served, for the place where the module is mounted", async () => {
    const { status, body } = await call<OpenApiDocument>("GET /openapi.json");
    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(openApiDocument("/api/auth")))]);
    const app = express().use("/elsewhere", authRouter);
    const elsewhere = await call<OpenApiDocument>("GET /openapi.json", { app, mount: "/elsewhere" });
    expect(elsewhere.body.servers[0]?.url).toBe("/elsewhere");
  });

  test("is made once, whatever spelling of the place is asked for", async () => {
    const before = await call<OpenApiDocument>("GET /openapi.json");
    let made = 0;
    const counting = {
      get operations() {
        made += 1;
        return [];
      },
    };
    operationGroups.push(counting);
    const answers = [
      await call<OpenApiDocument>("GET /openapi.json"),
      await call<OpenApiDocument>("GET /openapi.json", { mount: "/API/Auth" }),
    ];
    operationGroups.splice(operationGroups.indexOf(counting), 1);
    expect(made).toBe(0);
    expect(answers.map(({ body }) => body.servers[0]?.url)).toEqual(["/api/auth", "/API/Auth"]);
    for (const { body } of answers) expect(body.paths).toEqual(before.body.paths);
  });

  test("in production it is not there", async () => {
    const app = express().use(openApiRoutes(true), problemHandler);
    expectProblem(await call("GET /openapi.json", { app, mount: "" }), "NotFound");
  });

  test("every route of the module stands in it", () => {
    const documented = allOperations().map(({ route }) => route);
    expect(documented).toEqual(match.arrayContaining(routesOf(authRouter)));
    expect(routesOf(authRouter)).toEqual(match.arrayContaining(["POST /login", "DELETE /sessions/{id}"]));
  });

  test("no id stands twice, and every reference leads somewhere", () => {
    const document = JSON.parse(JSON.stringify(openApiDocument())) as Json;
    const ids = allOperations().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = JSON.stringify(document).match(/"#\/[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(10);
    const leads = (reference: string): boolean => {
      const names = reference.slice(3, -1).split("/");
      return names.reduce((part: Json, name) => part?.[name] as Json, document) !== undefined;
    };
    expect(references.filter((reference) => !leads(reference))).toEqual([]);
  });

  test("answers hold what it says, and nothing else", async () => {
    const person = await signUp();
    const { body: login } = await call("POST /login", { body: credentials(person.name) });
    const { body: me } = await call("GET /me", { bearer: person.accessToken });
    expect(membersOf("logIn")).toEqual(Object.keys(login).sort());
    expect(membersOf("getMe")).toEqual(Object.keys(me).sort());
  });
});

describe("an operation of your own", () => {
  const groups = [...operationGroups, { operations: [theme] }];

  test("stands in the document, with its errors by the table and those that its kind implies", () => {
    const { responses, security } = operationOf("get", "/themes/{id}", groups);
    const codes = ["NotFound", "ValidationError", "NotAuthenticated", "InvalidAccessToken", "InternalError"] as const;
    const statuses = codes.map((code) => String(errorTable[code].status));
    expect(Object.keys(responses as Json)).toEqual(match.arrayContaining(["200", ...statuses]));
    expect(JSON.stringify(openApiDocument("/", groups).components.responses)).toContain(shownCode("NotFound"));
    expect(security).toContainEqual({ bearer: [] });
  });

  test("takes the place of one with the same route, and is what others make of it", () => {
    const mine = { ...theme, summary: "Mine" };
    const amend = (one: Operation): Operation => (one.id === "getTheme" ? { ...one, description: "Guarded." } : one);
    const { summary, description } = operationOf("get", "/themes/{id}", [{ amend }, ...groups, { operations: [mine] }]);
    expect([summary, description]).toEqual(["Mine", "Guarded."]);
  });
});

describe("errors of an add-on", () => {
  const frozen = defineError("OrderFrozen", 409, "The order is packed.", { packedAt: z.iso.datetime() });
  const sold = defineError("SoldOut", 409, "There is none left.", { left: z.int().max(9), packedAt: z.null() });
  const gone = defineError("ThemeGone", 410, "The theme is gone.");

  test("stand among the codes of their status, with their members", () => {
    const schema = problemSchema(409, [frozen]);
    expect(schema.properties).toMatchObject({ code: { enum: ["OrderFrozen"] }, packedAt: { format: "date-time" } });
    expect(schema.required).toContain("packedAt");
  });

  test("beside others have members that can be missing, and those of one name are what either says", () => {
    const { properties, required } = problemSchema(409, ["UsernameNotAvailable", sold, frozen]);
    expect(properties).toMatchObject({
      code: { enum: ["OrderFrozen", "SoldOut", "UsernameNotAvailable"] },
      left: { type: "integer" },
      packedAt: { anyOf: [{ format: "date-time" }, { type: "null" }] },
    });
    expect(required).toEqual(["type", "title", "status", "detail", "code"]);
    expect(problemSchema(409, [sold, frozen]).required).toContain("packedAt");
  });

  test("leave the list of what is wrong with the input where it was", () => {
    expect(problemSchema(400, [frozen]).required).toContain("errors");
    expect(problemSchema(409, [frozen]).properties).not.toHaveProperty("errors");
  });

  test("may have a status that the module has not", () => {
    const { properties } = problemSchema(410, [gone]);
    expect(properties).toMatchObject({
      title: { const: "Gone" },
      status: { minimum: 410 },
      code: { enum: [gone.code] },
    });
  });

  /** Of the problems with that status that `theme` can answer. */
  function problemSchema(status: number, errors: Operation["errors"]): { properties: Json; required: string[] } {
    const groups = [...operationGroups, { operations: [{ ...theme, errors }] }];
    const { responses } = operationOf("get", "/themes/{id}", groups) as { responses: Record<number, { $ref: string }> };
    const name = responses[status]?.$ref.split("/").pop() ?? "";
    const { content } = openApiDocument("/", groups).components.responses[name] as { content: Record<string, Json> };
    return content["application/problem+json"]?.["schema"] as never;
  }
});

test("the Postman collection has a request for each operation, in folders by topic", () => {
  const { item } = postmanCollection() as { item: { item: { request: { method: string } }[] }[] };
  expect(item).toHaveLength(new Set(allOperations().map(({ topic }) => topic)).size);
  expect(item.flatMap((folder) => folder.item)).toHaveLength(allOperations().length);
});

function operationOf(method: string, path: string, groups: Parameters<typeof openApiDocument>[1]): Json {
  return openApiDocument("/", groups).paths[path]?.[method] ?? {};
}

/** What an answer holds; the first form, where there are several. */
function membersOf(id: string): string[] {
  const body = allOperations().find((operation) => operation.id === id)?.success.body;
  const first = body instanceof z.ZodUnion ? body.options[0] : body;
  return first instanceof z.ZodObject ? Object.keys(first.shape).sort() : [];
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Routes of the router and of those in it, as the document spells them. */
function routesOf({ stack = [] }: { stack?: unknown[] }): string[] {
  return (stack as Layer[]).flatMap(({ route, handle }) => {
    if (!route) return routesOf(handle);
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${path}`);
  });
}
