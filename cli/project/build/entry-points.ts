import picomatch from "picomatch";
import type { Bundler } from "./bundler.js";

/** Whether the build makes a file of this source: it is an entry point, by its name, a folder that it is in, or a glob. */
export function isEntryPoint(path: string, { text }: Pick<Bundler, "text">): boolean {
  if (text.includes(path)) return true;
  const places = placesOf(text);
  const matches = (place: string) => picomatch([place, `${place}/**`], { dot: true })(path);
  const left = places.filter((place) => place.startsWith("!")).map((place) => place.slice(1));
  return places.some((place) => !place.startsWith("!") && matches(place)) && !left.some(matches);
}

/** The paths and globs of the command, and what the settings list as entry. */
function placesOf(text: string): string[] {
  const [command = "", ...settings] = text.split("\n");
  const words = command.split(" ").filter((word) => /^[^-].*[/*]/.test(word));
  const entry = /\bentry(?:Points)?\s*[:=]\s*(\[[^\]]*\]|\{[^}]*\}|["'`][^"'`]*["'`])/g;
  const listed = [...settings.join("\n").matchAll(entry)].flatMap(([, list = ""]) =>
    [...list.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, place]) => place!),
  );
  return [...words, ...listed].map((place) =>
    place
      .replace(/^["']|["']$/g, "")
      .replace(/^(!?)\.\//, "$1")
      .replace(/\/$/, ""),
  );
}
