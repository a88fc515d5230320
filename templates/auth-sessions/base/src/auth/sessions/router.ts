import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { clientOf } from "../../middleware/client.js";
import { setDeviceCookie } from "../../middleware/device-cookie.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { invalid } from "../input.js";
import { isSessionId } from "../sessions.js";
import { endOtherSessions, listSessionsInWords } from "./management.js";

/** The sessions of whoever asks. `DELETE /sessions/:id` is base's. */
export const sessionsRouter: express.Router = express.Router();

sessionsRouter.get("/sessions", protectedRoute, asyncHandler(getSessions));
sessionsRouter.delete("/sessions", protectedRoute, asyncHandler(endOthers));

async function getSessions(req: Request, res: Response): Promise<void> {
  res.json(await listSessionsInWords(authOf(req), readAfter(req.query["after"])));
}

function readAfter(after: unknown): string | undefined {
  if (after === undefined) return undefined;
  if (typeof after === "string" && isSessionId(after)) return after;
  throw invalid("after", "Send the `next` of another answer.");
}

async function endOthers(req: Request, res: Response): Promise<void> {
  const { userId } = authOf(req);
  setDeviceCookie(res, { userId, epoch: await endOtherSessions(authOf(req), clientOf(req)) });
  res.status(204).end();
}
