import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { authOf, protectedRoute } from "../../middleware/jwt.js";
import { findDeadline } from "./deadline-store.js";
import { hasFactor } from "./factor-store.js";
import { rolePolicy } from "./role-policy.js";

/** `GET /factors/deadline`: until when a user has to set a factor that their role needs. */
export const deadlineRouter: express.Router = express.Router();

deadlineRouter.get("/factors/deadline", protectedRoute, asyncHandler(getDeadline));

async function getDeadline(req: Request, res: Response): Promise<void> {
  const { userId } = authOf(req);
  const isDue = rolePolicy.roles.length > 0 && !(await hasFactor(userId));
  const deadline = isDue ? await findDeadline(userId, rolePolicy.graceSeconds) : null;
  res.json({ setBy: deadline?.setBy ?? null });
}
