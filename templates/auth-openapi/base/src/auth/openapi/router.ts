import express, { type Request, type Response } from "express";
import { environment } from "../environment.js";
import { AuthError } from "../errors.js";
import { openApiDocument } from "./document.js";

/** `GET /openapi.json`, outside production. Everywhere: `npm run auth:openapi`. */
export const openApiRouter: express.Router = openApiRoutes(environment["NODE_ENV"] === "production");

export function openApiRoutes(isHidden: boolean): express.Router {
  const router = express.Router();
  router.get("/openapi.json", isHidden ? notHere : getDocument);
  return router;
}

function getDocument(req: Request, res: Response): void {
  res.json(openApiDocument(req.baseUrl));
}

function notHere(): never {
  throw new AuthError("NotFound");
}
