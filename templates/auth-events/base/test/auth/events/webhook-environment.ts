import "../test-environment.js";

/** The key that the tests' receiver checks signatures with. */
export const webhookKey = Buffer.from("0123456789abcdefghijklmnopqrstuv");

/** Like `auth/test-environment.ts`, this comes before any import of the module. The tests put their receiver's URL in. */
Object.assign(process.env, {
  AUTH_EVENT_DAYS: "90",
  AUTH_WEBHOOK_URL: "http://127.0.0.1:9/",
  AUTH_WEBHOOK_SECRET: `whsec_${webhookKey.toString("base64")}`,
  AUTH_WEBHOOK_TIMEOUT_SECONDS: "1",
});
