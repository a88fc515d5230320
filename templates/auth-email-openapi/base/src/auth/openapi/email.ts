import { z } from "zod";
import { forgotInput, resetInput, tokenInput, verifyInput, waysToName } from "../email/input.js";
import type { ErrorCode } from "../errors.js";
import { loginIsAddress, loginName } from "../login-name.js";
import type { Operation, OperationGroup } from "./operations.js";
import { deviceCookie } from "./output.js";

const nothing = z.object({});
const ways = Object.keys(waysToName.shape);
const oneWay = forgotInput.meta({ oneOf: ways.map((way) => ({ required: [way] })) });

/** What `auth/email/router.ts` answers. */
const operations: Operation[] = [
  {
    id: "sendEmailVerification",
    route: "POST /email/verification",
    topic: "E-mail",
    summary: "Mail a link that proves the stored address",
    description: "Nothing is mailed when there is no address, or it is proven. A new link ends the one before.",
    auth: "required",
    success: { status: 202, description: "The mail is on its way, if there is one to send.", body: nothing },
    errors: ["TooManyRequests"],
  },
  {
    id: "verifyEmail",
    route: "POST /email/verify",
    topic: "E-mail",
    summary: "Prove an address by the token of its link",
    description:
      "The address is taken from every other account, and every other session of this one ends. Who is logged in can't use the link of another account. The first proof of an account ends its password, too, unless it comes with a live session of the account or that password.",
    auth: "none",
    body: verifyInput,
    success: { status: 204, description: "The address is proven.", headers: deviceCookie },
    otherSuccess: {
      status: 200,
      description:
        "The address is proven, and the password has ended. The token takes the place of a reset link's, for an hour.",
      headers: deviceCookie,
      body: z.object({ setPasswordToken: tokenInput.shape.token }),
    },
    errors: ["ForbiddenError", "TooManyRequests"],
  },
  {
    id: "revertEmail",
    route: "POST /email/revert",
    topic: "E-mail",
    summary: "Put an address back that was changed",
    description: "Takes the token that the old address was mailed. Every session ends.",
    auth: "none",
    body: tokenInput,
    success: { status: 204, description: "The old address is back.", headers: deviceCookie },
    errors: ["ForbiddenError", "TooManyRequests"],
  },
  {
    id: "forgotPassword",
    route: "POST /password/forgot",
    topic: "E-mail",
    summary: "Mail a link to a new password",
    description: `Takes an e-mail address${loginIsAddress ? "" : ` or a ${loginName}`}. The answer is the same whether such an account exists or not.`,
    auth: "none",
    body: oneWay,
    success: {
      status: 202,
      description: `If the account has ${loginIsAddress ? "this" : "a proven"} address, a mail is on its way.`,
      body: nothing,
    },
    errors: [],
  },
  {
    id: "resetPassword",
    route: "POST /password/reset",
    topic: "E-mail",
    summary: "Set a new password by the token of a link",
    description: "Every session ends, and nobody is logged in. A password that is refused does not use the token up.",
    auth: "none",
    body: resetInput,
    success: { status: 204, description: "The new password works.", headers: deviceCookie },
    errors: ["ForbiddenError", "TooManyRequests"],
  },
];

function amend(operation: Operation): Operation {
  const more = changesAddress.includes(operation.id) ? [waits] : [];
  const description = [operation.description ?? [], more].flat().join(" ");
  const errors: ErrorCode[] = sendsMail.includes(operation.id) ? ["TooManyRequests"] : [];
  return { ...operation, ...(description ? { description } : {}), errors: [...operation.errors, ...errors] };
}

const changesAddress = ["updateMe", "updateUser"];
const waits = "A proven address stays, and is answered, until the link to the new one is used.";
/** What sends mail for others, as often as the limits of mail allow. */
const sendsMail = ["updateUser", "sendPasswordReset"];

export const emailOperations: OperationGroup = { operations, amend };
