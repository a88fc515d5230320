import "../test-environment.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { definitionOf, type ErrorDefinition, shownCode } from "../../../src/auth/errors.js";
import { basicOperations } from "../../../src/auth/openapi/basic-operations.js";
import { allOperations, impliedErrors, type Operation } from "../../../src/auth/openapi/operations.js";
import { call, signUp, startAuth, stopAuth } from "../client.js";

beforeAll(startAuth, 60_000);
afterAll(stopAuth, 60_000);

const routesOfOurs = (basicOperations.operations ?? []).map(({ route }) => route);
const operations = allOperations().filter(({ route }) => routesOfOurs.includes(route));

describe("what is documented of a route", () => {
  test.each(operations.map((operation) => [operation.route, operation] as const))(
    "holds for %s without a login or a body",
    async (route, operation) => {
      const answer = await call(route.replace("{id}", "nobody"));
      expect(statusesOf(operation)).toContain(answer.status);
      if (answer.status >= 400)
        expect(errorsOf(operation).map(({ code }) => shownCode(code))).toContain(answer.body.code);
    },
  );

  test.each(
    operations.filter(({ route }) => /^GET /.test(route)).map((operation) => [operation.route, operation] as const),
  )("holds for the answer of %s to who is logged in", async (route, { success }) => {
    const { accessToken } = await signUp();
    const answer = await call(route, { bearer: accessToken });
    expect(answer.status).toBe(success.status);
    if (success.body) expect(success.body.safeParse(answer.body).error).toBeUndefined();
  });

  function statusesOf(operation: Operation): number[] {
    return [operation.success.status, ...errorsOf(operation).map(({ status }) => status)];
  }

  function errorsOf(operation: Operation): ErrorDefinition[] {
    return [...operation.errors, ...impliedErrors(operation)].map(definitionOf);
  }
});
