// biome-ignore lint/suspicious/noExplicitAny: what a test reads of a document
export type Json = any;

export interface Documented {
  readonly id: string;
  /** "DELETE /sessions/{id}" */
  readonly route: string;
  /** Parts of the document. */
  readonly operation: Json;
}

/** What an OpenAPI document says can be asked. */
export function operationsOf(document: Json): Documented[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      id: operation.operationId,
      route: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
}

/** What a `$ref` to a part of the document stands for; anything else is itself. */
export function resolveIn(document: Json, value: Json): Json {
  if (!value?.$ref) return value;
  return value.$ref
    .slice(2)
    .split("/")
    .reduce((part: Json, name: string) => part[name], document);
}
