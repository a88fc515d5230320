import "../test-environment.js";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the tests' mails go: files in a folder that nobody else uses. */
export const mailFolder: string = join(tmpdir(), `auth-mail-${randomBytes(8).toString("hex")}`);

/** As with `auth/test-environment.ts`: this comes before any import of the module. */
Object.assign(process.env, {
  AUTH_MAIL: `outbox:${mailFolder}`,
  MAIL_FROM: "Shop <no-reply@shop.example>",
  APP_URL: "https://shop.example/app/",
});
