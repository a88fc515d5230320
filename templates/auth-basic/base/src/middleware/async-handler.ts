import type { Request, RequestHandler, Response } from "express";

/** Express 4 does not wait for a promise: this hands its failure to the error handler. */
export function asyncHandler(handler: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return (req, res, next) => {
    handler(req, res).catch(next);
  };
}
