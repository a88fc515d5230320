import type { RequestHandler } from "express";
import { config } from "../config.js";
import { writeJsonLine } from "../json-lines.js";
import { outdatedRows } from "./rekey.js";

let isSaid = config.jwtSecretKeyPrevious === undefined;
let isAsking = false;

/** While JWT_SECRET_KEY_PREVIOUS is set, the first request of a process that the database answers to has it say in the log what still needs it. */
export const sayOutdated: RequestHandler = (_req, _res, next) => {
  if (!isSaid && !isAsking) void say();
  next();
};

async function say(): Promise<void> {
  isAsking = true;
  try {
    const reason = reasonOf(await outdatedRows());
    isSaid = true;
    writeJsonLine({ event: "sys_startup", outcome: "success", reason });
  } catch {
    // The database is out, as those who need it will say: the next request asks again.
  } finally {
    isAsking = false;
  }
}

function reasonOf(outdated: readonly { name: string; count: number }[]): string {
  const rows = outdated.map(({ name, count }) => `${count} ${name}`).join(", ");
  if (rows) return `JWT_SECRET_KEY_PREVIOUS is needed for ${rows}: run npm run auth:rekey`;
  return "Nothing in the database needs JWT_SECRET_KEY_PREVIOUS any more";
}
