import { addVerification, forgetUser } from "./email-store.js";
import { AuthError } from "./errors.js";
import type { AuthEvent } from "./events.js";
import { ringForMail } from "./mail-bell.js";

/** Mails a link to the address of a new account, and forgets the mail of one that is gone. */
export async function mailOnEvent({ event, userId, client }: AuthEvent): Promise<void> {
  if (!userId) return;
  if (event === "user_deleted") await forgetUser(userId);
  if (event === "user_created") await welcome(userId, client?.ip ?? null);
}

/** Over a limit no mail goes out, and the signup does not say so. */
async function welcome(userId: string, ip: string | null): Promise<void> {
  try {
    if (await addVerification(userId, ip)) ringForMail();
  } catch (error) {
    if (!(error instanceof AuthError && error.code === "TooManyRequests")) throw error;
  }
}
