import { attempt } from "./attempt.js";

/** The members of a JSON object; null where the text holds none. */
export function parseObject(text: string): Record<string, unknown> | null {
  const value: unknown = attempt(() => JSON.parse(text));
  return isObject(value) ? value : null;
}

/** Whether a parsed JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
