import type { RequestHandler } from "express";

/**
 * Calls `wake` at the first request to the module, which tells that the process has started, and at each later one that is
 * not for its health: those come without traffic too, and a database is to sleep then.
 */
export function onTraffic(wake: () => void): RequestHandler {
  let isFirst = true;
  return (req, _res, next) => {
    if (isFirst || !/^\/health\/?$/i.test(req.path)) wake();
    isFirst = false;
    next();
  };
}
