import type { Choice } from "../../registry/registry.js";
import { attempt } from "../../text/attempt.js";

/** Values of an environment, and where they stand: ".env", "the environment". */
export interface EnvironmentPlace {
  readonly place: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** The variable that names the database of the accounts. */
export interface DatabaseUrl {
  readonly variable: string;
  readonly value: string;
  readonly place: string;
}

/** What the item takes, `places` in their order; null where it is told of none. The item itself has to read it by the same rule. */
export function findDatabaseUrl(choice: Choice, places: readonly EnvironmentPlace[]): DatabaseUrl | null {
  const [own = "", ...others] = choice.chosenBy?.variables ?? [];
  const mayBeOurs = others.flatMap((name) => valuesOf(name, places)).find(({ value }) => isOurs(value, choice));
  return valuesOf(own, places)[0] ?? mayBeOurs ?? null;
}

/** An address of the application's own. */
export function findForeignUrl(choice: Choice, places: readonly EnvironmentPlace[]): DatabaseUrl | null {
  const [, ...others] = choice.chosenBy?.variables ?? [];
  return others.flatMap((name) => valuesOf(name, places)).find(({ value }) => !isOurs(value, choice)) ?? null;
}

/** Whether it has one of these schemes; a file has a path too. */
export function isAddressOf(url: string, schemes: readonly string[]): boolean {
  return schemes.some((scheme) => hasScheme(url, scheme) && (scheme !== "file" || pathIn(url) !== null));
}

/** `${NAME}` could be anything. */
function isOurs(url: string, { values }: Choice): boolean {
  const schemes = Object.values(values).flatMap(({ chosenBy }) => chosenBy?.addresses ?? []);
  return url.startsWith("${") || schemes.some((scheme) => hasScheme(url, scheme));
}

function hasScheme(url: string, scheme: string): boolean {
  return url.toLowerCase().startsWith(`${scheme}:`);
}

/** Whether another reader would put a variable's value in place of `${NAME}`; the module refuses that. */
export function namesVariable(url: string): boolean {
  return /\$\{[A-Za-z_]\w*(?:[:?+=-][^}]*)?\}/.test(url);
}

/** The path in `file:PATH` or `file:///PATH`, without the parameters of an ORM; null for anything else. */
export function pathIn(url: string): string | null {
  const [, path] = /^file:(?:\/\/(?:localhost)?(?=\/))?(?!\/\/)([^?#]+)/i.exec(url) ?? [];
  return path ? attempt(() => decodeURIComponent(path)) : null;
}

function valuesOf(variable: string, places: readonly EnvironmentPlace[]): DatabaseUrl[] {
  return places.flatMap(({ place, values }) => {
    const value = values[variable]?.trim();
    return value ? [{ variable, value, place }] : [];
  });
}
