import { type CheckedLogin, checkLogin, type Opened, openSession } from "../accounts.js";
import { AuthError } from "../errors.js";
import { type ClientInfo, emit } from "../events.js";
import type { Login } from "../hooks.js";
import { canonicalLoginName, loginName } from "../login-name.js";
import type { NewSession } from "../sessions.js";
import { admitClient, rememberNetwork } from "../throttle.js";
import { type AnswerCheck, type Challenge, type Outcome, type Spend, tryAnswer } from "./challenge-store.js";
import { codeAlreadyUsed, invalidChallenge, wrongCode } from "./errors.js";
import type { FactorKind } from "./factor-kinds.js";
import { twoFactors } from "./login-check.js";
import { loginStories } from "./login-stories.js";

declare module "../events.js" {
  interface EventNames {
    /** Somebody who knows the password has sent a wrong second factor. */
    authn_factor_fail: true;
    /** The last wrong one that the account had for a while. */
    authn_factor_fail_max: true;
  }
}

/** An answer to a challenge. */
export interface Answer {
  readonly challenge: string;
  readonly kind: FactorKind;
  readonly check: AnswerCheck;
}

/**
 * Goes on with a login that waited for its second factor: the session starts as the first request would have started it, and
 * says what both have proven. The answer is spent in the transaction that stores the session.
 *
 * @throws AuthError "InvalidChallenge", "WrongCode", "CodeAlreadyUsed", "TooManyRequests", and what the login's purpose throws.
 */
export async function answerChallenge(answer: Answer, client: ClientInfo, session: NewSession): Promise<Opened> {
  await admitClient(client);
  const outcome = await tryAnswer(answer.challenge, answer.check);
  if (outcome.is !== "right") return refuse(outcome, answer.kind, client);
  const login = await checkLogin(loginOf(outcome.challenge, answer.kind, outcome.spend, client), client);
  const story = loginStories.find(({ purpose }) => purpose === login.purpose?.name);
  if (login.purpose && !story) throw new Error(`Nothing goes on with a login for "${login.purpose.name}".`);
  return story ? story.goOn(login, client, session) : logIn(login, client, session);
}

function loginOf({ user, epoch, amr, purpose }: Challenge, kind: FactorKind, spend: Spend, client: ClientInfo): Login {
  return {
    user,
    sessionEpoch: epoch,
    amr: [...new Set([...amr, ...kind.amr, twoFactors])],
    ...(purpose && { purpose }),
    accept: () => rememberNetwork(canonicalLoginName(user[loginName]), client),
    spend,
  };
}

async function logIn(login: CheckedLogin, client: ClientInfo, session: NewSession): Promise<Opened> {
  const opened = await openSession(login, session, client);
  if (!opened) throw new AuthError(invalidChallenge);
  return opened;
}

async function refuse(
  outcome: Exclude<Outcome, { is: "right" }>,
  kind: FactorKind,
  client: ClientInfo,
): Promise<never> {
  if (outcome.is === "over") throw new AuthError(invalidChallenge);
  if (outcome.is === "locked") throw new AuthError("TooManyRequests", { retryAfterSeconds: outcome.seconds });
  const { challenge, wasLast } = outcome;
  const failure = { outcome: "failure", userId: challenge.user.id, reason: kind.name, client } as const;
  await emit({ event: "authn_factor_fail", ...failure });
  if (wasLast) await emit({ event: "authn_factor_fail_max", ...failure });
  throw new AuthError(outcome.is === "used" ? codeAlreadyUsed : wrongCode);
}
