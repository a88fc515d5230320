import type { RequestHandler } from "express";
import { logFailure } from "../../middleware/problem.js";
import { config } from "../config.js";
import { writeJsonLine } from "../json-lines.js";
import { outdatedRows } from "./rekey.js";

let isSaid = config.jwtSecretKeyPrevious === undefined;

/** While JWT_SECRET_KEY_PREVIOUS is set, the first request of a process has it say in the log what still needs it. */
export const sayOutdated: RequestHandler = (_req, _res, next) => {
  if (!isSaid) void say().catch(logFailure);
  isSaid = true;
  next();
};

async function say(): Promise<void> {
  const rows = (await outdatedRows()).map(({ name, count }) => `${count} ${name}`).join(", ");
  const reason = rows
    ? `JWT_SECRET_KEY_PREVIOUS is needed for ${rows}: run npm run auth:rekey`
    : "Nothing in the database needs JWT_SECRET_KEY_PREVIOUS any more";
  writeJsonLine({ event: "sys_startup", outcome: "success", reason });
}
