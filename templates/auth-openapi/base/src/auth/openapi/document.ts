import { type Components, type Json, schemaOf } from "./components.js";
import {
  allOperations,
  impliedErrors,
  type Operation,
  type OperationGroup,
  operationGroups,
  type Success,
} from "./operations.js";
import { answerHeaders, headersOf, problemResponses } from "./responses.js";

/** What the document calls itself: yours to change. */
const info = {
  title: "Authentication",
  version: "1.0.0",
  description: "Accounts, logins and sessions. Errors are problem details (RFC 9457) with a `code` of a closed list.",
};

/** Where the module is mounted when nobody says. */
export const defaultMount = "/api/auth";

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: Json;
  servers: { url: string; description: string; "x-internal": boolean }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Json>>;
  components: Components;
}

/**
 * The OpenAPI 3.1 document of what is installed, made of the schemas that requests are checked with and of the table of
 * errors. `mount` is the module's path, or its whole URL.
 */
export function openApiDocument(
  mount: string = defaultMount,
  groups: readonly OperationGroup[] = operationGroups,
): OpenApiDocument {
  const operations = allOperations(groups);
  const securitySchemes: Json = Object.fromEntries(
    groups.flatMap((group) => Object.entries(group.securitySchemes ?? {})),
  );
  const added = groups.flatMap((group) => Object.entries(group.answerHeaders ?? {}));
  const headers: Json = { ...answerHeaders, ...Object.fromEntries(added) };
  const components: Components = { schemas: {}, responses: {}, headers, securitySchemes };
  const paths: OpenApiDocument["paths"] = {};
  for (const operation of operations) {
    const [method, path] = operation.route.split(" ") as [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation, components) };
  }
  return {
    openapi: "3.1.0",
    info,
    servers: serversAt(mount),
    tags: [...new Set(operations.map(({ topic }) => topic))].map((name) => ({ name })),
    paths,
    components,
  };
}

/** Where the module answers: all that a mount changes in the document. */
export function serversAt(mount: string): OpenApiDocument["servers"] {
  return [{ url: mount, description: "This server, in production as in development", "x-internal": false }];
}

function describe(operation: Operation, components: Components): Json {
  const { id, topic, summary, description, parameters = [] } = operation;
  return {
    operationId: id,
    tags: [topic],
    summary,
    ...(description ? { description } : {}),
    security: security(operation, Object.keys(components.securitySchemes)),
    ...(parameters.length > 0 ? { parameters: parameters.map((one) => describeParameter(one, components)) } : {}),
    ...describeBody(operation, components),
    responses: {
      ...describeSuccess(operation.success, components),
      ...(operation.otherSuccess ? describeSuccess(operation.otherSuccess, components) : {}),
      ...problemResponses([...impliedErrors(operation), ...operation.errors], components),
    },
  };
}

/** Any one of the list is enough; `{}` is no authentication. OpenAPI 3.1 lets roles stand beside any scheme. */
function security({ auth, roles = [] }: Operation, schemeNames: string[]): Json[] {
  const names = { none: [], required: schemeNames, optional: schemeNames }[auth];
  const ways = names.map((name) => ({ [name]: roles }));
  return auth === "required" ? ways : [...ways, {}];
}

function describeParameter(
  { name, in: place, description, schema }: NonNullable<Operation["parameters"]>[number],
  components: Components,
): Json {
  return { name, in: place, required: place === "path", description, schema: schemaOf(schema, "input", components) };
}

function describeBody({ body, bodyIsOptional }: Operation, components: Components): Json {
  if (!body) return {};
  const content = { "application/json": { schema: schemaOf(body, "input", components) } };
  return { requestBody: { required: !bodyIsOptional, content } };
}

function describeSuccess(success: Success, components: Components): Json {
  const headers = headersOf(success.status, components);
  for (const [name, description] of Object.entries(success.headers ?? {}))
    headers[name] = { description, schema: { type: "string", maxLength: 4096, pattern: "^.+$" } };
  const content = success.body && { "application/json": { schema: schemaOf(success.body, "output", components) } };
  return { [success.status]: { description: success.description, headers, ...(content ? { content } : {}) } };
}
