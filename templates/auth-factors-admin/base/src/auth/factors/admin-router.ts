import express, { type Request, type Response } from "express";
import { asyncHandler } from "../../middleware/async-handler.js";
import { clientOf } from "../../middleware/client.js";
import { authOf } from "../../middleware/jwt.js";
import { requireRole } from "../../middleware/role.js";
import { requireStrongestLogin } from "../../middleware/strongest-login.js";
import { isId, readQuery } from "../admin/input.js";
import { AuthError } from "../errors.js";
import { parseInput } from "../input.js";
import { factorsOf, listFactorUsers, removeFactorsOf } from "./admin-factors.js";
import { factorListQuery } from "./admin-input.js";

/** What admins see of second factors, and what they do for who has lost one. */
export const adminFactorsRouter: express.Router = express.Router();

const toAdmins = requireRole("admin");
/** As in `routes/admin.ts`: to others no user of any id is here. */
const ofAdmins = requireRole("admin", { otherwise: "NotFound" });
const strongestLogin = requireStrongestLogin({ minutes: 10 });

adminFactorsRouter.get("/factors", toAdmins, asyncHandler(listUsers));
adminFactorsRouter.get("/users/:id/factors", ofAdmins, asyncHandler(getFactors));
adminFactorsRouter.delete("/users/:id/factors", ofAdmins, strongestLogin, asyncHandler(removeFactors));

async function listUsers(req: Request, res: Response): Promise<void> {
  const { cursor, limit } = parseInput(factorListQuery, readQuery(req.url, Object.keys(factorListQuery.shape)));
  res.json(await listFactorUsers(cursor, limit));
}

async function getFactors(req: Request, res: Response): Promise<void> {
  res.json(await factorsOf(idOf(req)));
}

async function removeFactors(req: Request, res: Response): Promise<void> {
  await removeFactorsOf(idOf(req), { userId: authOf(req).userId, client: clientOf(req) });
  res.status(204).end();
}

function idOf(req: Request): string {
  const id = String(req.params["id"]);
  if (!isId(id)) throw new AuthError("NotFound");
  return id;
}
