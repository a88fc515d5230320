/** `@types/express` -> express, `@types/babel__core` -> @babel/core; null for what holds no types. */
export function typedPackage(name: string): string | null {
  const [, typed] = /^@types\/(.+)$/.exec(name) ?? [];
  return typed ? typed.replace(/^(.+)__/, "@$1/") : null;
}
