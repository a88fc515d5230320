import { join } from "node:path";
import { envKeys } from "../../edits/dotenv.js";
import { readText } from "../../text/text-file.js";
import type { EnvironmentPlace } from "../database/database-url.js";

/** Where a server of the project reads its variables when it is developed, in the order in which they win. */
export async function readPlaces(root: string): Promise<EnvironmentPlace[]> {
  const places: EnvironmentPlace[] = [{ place: "the environment", values: process.env }];
  for (const place of [".env", ".env.local", ".env.development"]) {
    const text = await readText(join(root, place));
    if (text !== null) places.push({ place, values: Object.fromEntries(envKeys(text)) });
  }
  return places;
}
