import type { Response } from "supertest";
import { AuthError } from "../../src/auth/errors.js";
import { loginChecks } from "../../src/auth/hooks.js";
import { call, expectProblem, newAddress } from "./client.js";

/**
 * `attempt` sends the right password, and a login check refuses it: each time that counts as a guess, and the network it
 * comes from is not remembered as the owner's, which would pass the account's limit by.
 */
export async function expectRefusalsToCount(
  username: string,
  attempt: (from: string) => Promise<Response>,
): Promise<void> {
  const [often, once] = [newAddress(), newAddress()];
  await whileChecksRefuse(async () => {
    expectProblem(await attempt(once), "ForbiddenError");
    for (let time = 1; time <= 10; time += 1) expectProblem(await attempt(often), "ForbiddenError");
    expectProblem(await attempt(often), "TooManyRequests");
  });
  const wrong = { username, password: "a wrong password" };
  await Promise.all(Array.from({ length: 89 }, () => call("POST /login", { body: wrong })));
  expectProblem(await attempt(once), "TooManyRequests");
}

async function whileChecksRefuse(work: () => Promise<void>): Promise<void> {
  const refuse = async () => {
    throw new AuthError("ForbiddenError");
  };
  loginChecks.push(refuse);
  try {
    await work();
  } finally {
    loginChecks.splice(loginChecks.indexOf(refuse), 1);
  }
}
