import "./auth/test-environment.js";
import request from "supertest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { app } from "../src/app.js";
import { loginName } from "../src/auth/login-name.js";
import { closeAuth } from "../src/routes/auth.js";
import { prepareDatabase, releaseDatabase } from "./auth/database.js";
import { nameWith } from "./auth/login-names.js";
import { type Answer, match, tokensOf } from "./auth/shapes.js";

let token = "";

beforeAll(async () => {
  await prepareDatabase();
  const user = { [loginName]: nameWith("ada"), password: "nine blue herons wade" };
  const signup = await request(app).post("/api/auth/signup").send(user).expect(201);
  token = tokensOf(signup).accessToken;
}, 60_000);

afterAll(async () => {
  await closeAuth();
  await releaseDatabase();
}, 60_000);

test("a guarded route knows who asks, and refuses a stranger", async () => {
  const answer: Answer = await request(app).get("/api/hello").auth(token, { type: "bearer" }).expect(200);
  expect(answer.body.userId).toEqual(match.any(String));
  await request(app).get("/api/hello").expect(401);
});

test("a body that does not fit is refused, with the place that is wrong", async () => {
  const post = () => request(app).post("/api/greetings").auth(token, { type: "bearer" });
  expect((await post().send({ name: "Grace" }).expect(201)).body).toEqual({ greeting: "Hello, Grace." });
  const answer: Answer = await post()
    .send({ name: "" })
    .expect(400)
    .expect("content-type", /^application\/problem\+json/);
  expect(answer.body.errors).toEqual([{ path: "name", message: match.any(String) }]);
  await post()
    .send({ name: "x".repeat(200_000) })
    .expect(413);
  await post().type("json").send("{").expect(400);
});

test("an unknown path is a problem, and every answer carries helmet's headers", async () => {
  const answer = await request(app).get("/nowhere").expect(404);
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status: 404, title: "Not Found" });
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  expect(answer.headers["x-powered-by"]).toBeUndefined();
});
