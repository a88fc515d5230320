/** Values of an environment, and where they stand: ".env", "the environment". */
export interface EnvironmentPlace {
  readonly place: string;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** The variable that names the database of the accounts. */
export interface DatabaseUrl {
  readonly variable: "AUTH_DATABASE_URL" | "DATABASE_URL";
  readonly value: string;
  readonly place: string;
}

/** Any other DATABASE_URL is the application's own. `${NAME}` could be either. The same rule as in auth/config.ts of auth-basic. */
const mayBeOurs = /^(file|postgres|postgresql):|^\$\{/i;

/** What the module takes, `places` in their order; null where it is told of none. */
export function findDatabaseUrl(places: readonly EnvironmentPlace[]): DatabaseUrl | null {
  const named = valuesOf("AUTH_DATABASE_URL", places)[0];
  return named ?? valuesOf("DATABASE_URL", places).find(({ value }) => mayBeOurs.test(value)) ?? null;
}

/** A DATABASE_URL of the application's own. */
export function findForeignUrl(places: readonly EnvironmentPlace[]): DatabaseUrl | null {
  return valuesOf("DATABASE_URL", places).find(({ value }) => !mayBeOurs.test(value)) ?? null;
}

export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** Whether another reader would put a variable's value in place of `${NAME}`; the module refuses that. */
export function namesVariable(url: string): boolean {
  return /\$\{[A-Za-z_]\w*(?:[:?+=-][^}]*)?\}/.test(url);
}

/** The path in `file:PATH` or `file:///PATH`, without the parameters of an ORM; null for anything else. */
export function pathIn(url: string): string | null {
  const [, path] = /^file:(?:\/\/(?:localhost)?(?=\/))?(?!\/\/)([^?#]+)/i.exec(url) ?? [];
  try {
    return path ? decodeURIComponent(path) : null;
  } catch {
    return null;
  }
}

function valuesOf(variable: DatabaseUrl["variable"], places: readonly EnvironmentPlace[]): DatabaseUrl[] {
  return places.flatMap(({ place, values }) => {
    const value = values[variable]?.trim();
    return value ? [{ variable, value, place }] : [];
  });
}
