import express, { type Request, type Response } from "express";
import { environment } from "../auth/environment.js";
import { AuthError } from "../auth/errors.js";
import { openApiDocument } from "../auth/openapi.js";
import { answer } from "../middleware/answer.js";

const isHidden = environment["NODE_ENV"] === "production";

/** `GET /openapi.json`, outside production. Everywhere: `npm run auth:openapi`. */
export const openApiRouter: express.Router = express.Router();

openApiRouter.get("/openapi.json", answer(getDocument));

async function getDocument(req: Request, res: Response): Promise<void> {
  if (isHidden) throw new AuthError("NotFound");
  res.json(openApiDocument(req.baseUrl));
}
