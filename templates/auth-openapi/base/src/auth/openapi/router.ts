import express, { type Request, type Response } from "express";
import { environment } from "../environment.js";
import { AuthError } from "../errors.js";
import { type OpenApiDocument, openApiDocument, serversAt } from "./document.js";

/** `GET /openapi.json`, outside production. Everywhere: `npm run auth:openapi`. */
export const openApiRouter: express.Router = openApiRoutes(environment["NODE_ENV"] === "production");

/** Made at the first request: making it takes far longer than sending it. Whoever asks chooses the spelling of `baseUrl`. */
let document: OpenApiDocument | undefined;

export function openApiRoutes(isHidden: boolean): express.Router {
  const router = express.Router();
  router.get("/openapi.json", isHidden ? notHere : getDocument);
  return router;
}

function getDocument(req: Request, res: Response): void {
  document ??= openApiDocument();
  res.json({ ...document, servers: serversAt(req.baseUrl) });
}

function notHere(): never {
  throw new AuthError("NotFound");
}
