import type { RegistryItem } from "../../cli/registry/registry.js";

/** Modules of an item that the user's project starts from: its router, its scripts, and what its next steps say to import. */
export function entryModules({ mount, scripts, nextSteps }: RegistryItem): string[] {
  const commands = Object.values(scripts).flatMap((script) => matches(script, /\{src\}\/(\S+)\.ts/g, "src/"));
  const advised = nextSteps.flatMap((step) => matches(step, /\{import:(\S+?)\.ts\}/g));
  return [...new Set([...(mount ? [mount.file.replace(/\.ts$/, "")] : []), ...commands, ...advised])];
}

function matches(text: string, pattern: RegExp, prefix = ""): string[] {
  return [...text.matchAll(pattern)].map(([, path]) => prefix + path);
}
