import express, { type Request, type Response } from "express";
import { adminAddOnRouters } from "../auth/admin/add-on-routers.js";
import * as admin from "../auth/admin/admin.js";
import { idsInput, isId, listQuery, newUserInput, readQuery, userInput } from "../auth/admin/input.js";
import { AuthError } from "../auth/errors.js";
import { parseInput } from "../auth/input.js";
import { asyncHandler } from "../middleware/async-handler.js";
import { clientOf } from "../middleware/client.js";
import { jsonBody } from "../middleware/json-body.js";
import { authOf } from "../middleware/jwt.js";
import { problemHandler } from "../middleware/problem.js";
import { requireRecentLogin } from "../middleware/recent-login.js";
import { requireRole } from "../middleware/role.js";

/** What admins do with users. Mount it with `app.use("/api/auth/admin", adminRouter)`. */
export const adminRouter: express.Router = express.Router();

/** How old the login of an admin may be who changes something. */
const recentLogin = requireRecentLogin({ minutes: 10 });
const toAdmins = requireRole("admin");
/** To others no user of any id is here, so that they can't tell which are taken. */
const ofAdmins = requireRole("admin", { otherwise: "NotFound" });

adminRouter.use((_req, res, next) => {
  res.setHeader("Cache-Control", "no-store");
  next();
});

adminRouter.get("/users", toAdmins, asyncHandler(listUsers));
adminRouter.post("/users", toAdmins, recentLogin, jsonBody, asyncHandler(createUser));
adminRouter.delete("/users", toAdmins, recentLogin, jsonBody, asyncHandler(deleteUsers));

adminRouter.get("/users/:id", ofAdmins, asyncHandler(getUser));
adminRouter.put("/users/:id", ofAdmins, recentLogin, jsonBody, asyncHandler(updateUser));
adminRouter.delete("/users/:id", ofAdmins, recentLogin, asyncHandler(deleteUser));
adminRouter.post("/users/:id/disable", ofAdmins, recentLogin, asyncHandler(disableUser));
adminRouter.post("/users/:id/enable", ofAdmins, recentLogin, asyncHandler(enableUser));
adminRouter.post("/users/:id/logout", ofAdmins, recentLogin, asyncHandler(logOutUser));
adminRouter.post("/users/:id/reset-password", ofAdmins, recentLogin, asyncHandler(resetPassword));

for (const router of adminAddOnRouters) adminRouter.use(router);

adminRouter.use(problemHandler);

async function listUsers(req: Request, res: Response): Promise<void> {
  const query = parseInput(listQuery, readQuery(req.url, Object.keys(listQuery.shape)));
  res.json(await admin.listUsers(query));
}

async function createUser(req: Request, res: Response): Promise<void> {
  const created = await admin.createUser(parseInput(newUserInput, req.body), adminOf(req));
  res.status(201).json(created);
}

async function deleteUsers(req: Request, res: Response): Promise<void> {
  const { ids } = parseInput(idsInput, req.body);
  res.json({ results: await admin.deleteUsers(ids, adminOf(req)) });
}

async function getUser(req: Request, res: Response): Promise<void> {
  res.json({ user: await admin.getUser(idOf(req)) });
}

async function updateUser(req: Request, res: Response): Promise<void> {
  const input = parseInput(userInput, req.body);
  res.json({ user: await admin.updateUser(idOf(req), input, adminOf(req)) });
}

async function deleteUser(req: Request, res: Response): Promise<void> {
  await admin.deleteUser(idOf(req), adminOf(req));
  res.status(204).end();
}

async function disableUser(req: Request, res: Response): Promise<void> {
  res.json({ user: await admin.disableUser(idOf(req), adminOf(req)) });
}

async function enableUser(req: Request, res: Response): Promise<void> {
  res.json({ user: await admin.enableUser(idOf(req), adminOf(req)) });
}

async function logOutUser(req: Request, res: Response): Promise<void> {
  await admin.logOutUser(idOf(req), adminOf(req));
  res.status(204).end();
}

async function resetPassword(req: Request, res: Response): Promise<void> {
  await admin.sendPasswordReset(idOf(req), adminOf(req));
  res.status(202).json({});
}

function adminOf(req: Request): admin.Admin {
  return { userId: authOf(req).userId, client: clientOf(req) };
}

function idOf(req: Request): string {
  const id = String(req.params["id"]);
  if (!isId(id)) throw new AuthError("NotFound");
  return id;
}
