import "../test-environment.js";

/** An origin whose pages may use the cookie. */
export const friend = "https://app.example.com";

/** With TEST_REDIS_URL, these tests run on that Redis; else on the memory of the process. */
export const testRedisUrl: string = process.env["TEST_REDIS_URL"] ?? "";

Object.assign(process.env, {
  SESSION_ORIGINS: `${friend}, http://localhost:5173`,
  SESSION_REDIS_URL: testRedisUrl,
});
