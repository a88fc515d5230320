import express, { type Router } from "express";
import { z } from "zod";
import { protectedRoute } from "../middleware/jwt.js";

/** Parses the body of the routes that take one, and refuses a larger one with 413. */
const json = express.json({ limit: "100kb" });

const greetingInput = z.object({ name: z.string().trim().min(1).max(100) });

/** Your own routes: these two show how a guarded one looks. */
export const apiRouter: Router = express.Router();

apiRouter.get("/hello", protectedRoute, (req, res) => {
  res.json({ userId: req.auth?.userId });
});

apiRouter.post("/greetings", protectedRoute, json, (req, res) => {
  const { name } = greetingInput.parse(req.body);
  res.status(201).json({ greeting: `Hello, ${name}.` });
});
