import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { config } from "../config.js";
import { invalid } from "../input.js";
import { type Sort, sorts } from "./input.js";

/** Where a page ends: what its last user is sorted by, as the database writes it, and their id. */
export interface Position {
  value: string;
  id: string;
}

const macBytes = 16;
const key = Buffer.from(hkdfSync("sha256", config.jwtSecretKey, "", "authwright admin cursor v1", 32));
const shape = z.tuple([z.enum(sorts), z.string(), z.string()]);

/** base64url(HMAC-SHA-256(K, position) first 16 bytes ‖ position): only what this module has written is read again. */
export function cursorAt(sort: Sort, { value, id }: Position): string {
  const position = Buffer.from(JSON.stringify([sort, value, id]));
  return Buffer.concat([mac(position), position]).toString("base64url");
}

/** @throws AuthError "ValidationError" for a cursor that is not one of a list in this order. */
export function readCursor(cursor: string, sort: Sort): Position {
  const bytes = Buffer.from(cursor, "base64url");
  const [given, position] = [bytes.subarray(0, macBytes), bytes.subarray(macBytes)];
  if (given.length < macBytes || !timingSafeEqual(given, mac(position))) throw notOurs();
  const [of, value, id] = shape.parse(JSON.parse(position.toString("utf8")));
  if (of !== sort) throw notOurs();
  return { value, id };
}

function mac(position: Buffer): Buffer {
  return createHmac("sha256", key).update(position).digest().subarray(0, macBytes);
}

function notOurs() {
  return invalid("cursor", "This is no cursor of a list in this order: start without one.");
}
