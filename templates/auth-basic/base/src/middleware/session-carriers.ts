import type { Request, Response } from "express";
import { draftTokens, type SessionDraft } from "../auth/sessions.js";
import { clientOf } from "./client.js";

/** The session to start for this request, when this is how its client is to hold it; null when not. */
export type SessionCarrier = (req: Request, res: Response) => SessionDraft | null;

/** How a session may travel to its client, other than as tokens in the body. An add-on appends its own. */
export const sessionCarriers: SessionCarrier[] = [];

export function newSession(req: Request, res: Response): SessionDraft {
  for (const carrier of sessionCarriers) {
    const session = carrier(req, res);
    if (session) return session;
  }
  return draftTokens(clientOf(req));
}
