import express, { type Request, type Response } from "express";
import { maxAgeSeconds } from "../auth/jwks/key-life.js";
import { entityTag, publishedKeys } from "../auth/jwks/key-ring.js";
import { asyncHandler } from "../middleware/async-handler.js";
import { problemHandler } from "../middleware/problem.js";

const path = "/.well-known/jwks.json";

/** The public keys inside the module's own path. */
export const jwksInside: express.Router = express.Router();
jwksInside.get(path, asyncHandler(getKeySet));

/** The same at the root, where others look for it: `app.use(jwksRouter)`. */
export const jwksRouter: express.Router = express.Router();
jwksRouter.get(path, asyncHandler(getKeySet));
jwksRouter.use(path, problemHandler);

async function getKeySet(_req: Request, res: Response): Promise<void> {
  const body = JSON.stringify(await publishedKeys());
  res.setHeader("Cache-Control", `public, max-age=${maxAgeSeconds}`);
  res.setHeader("ETag", entityTag(body));
  res.type("application/json").send(body);
}
