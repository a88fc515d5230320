import type { Json } from "./components.js";
import { defaultMount, type OpenApiDocument, openApiDocument } from "./document.js";

/** Keeps the tokens of an answer for the next requests. */
const keepTokens = [
  'const body = pm.response.headers.get("Content-Type")?.includes("json") ? pm.response.json() : {};',
  'for (const name of ["accessToken", "refreshToken"]) if (body[name]) pm.collectionVariables.set(name, body[name]);',
];

/**
 * A Postman collection (format 2.1) of the document: a folder for each topic, bodies to start from, and the tokens of
 * each answer kept for the next request. `baseUrl` is where the module is mounted.
 */
export function postmanCollection(
  document: OpenApiDocument = openApiDocument(),
  baseUrl = `http://localhost:3000${defaultMount}`,
): Json {
  return {
    info: {
      name: document.info["title"],
      description: document.info["description"],
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    auth: { type: "bearer", bearer: [{ key: "token", value: "{{accessToken}}", type: "string" }] },
    event: [{ listen: "test", script: { type: "text/javascript", exec: keepTokens } }],
    variable: [variable("baseUrl", baseUrl), variable("accessToken", ""), variable("refreshToken", "")],
    item: document.tags.map(({ name }) => ({ name, item: itemsOf(name, document) })),
  };
}

function itemsOf(topic: string, { paths, components }: OpenApiDocument): Json[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => (operation["tags"] as string[]).includes(topic))
      .map(([method, operation]) => ({
        name: operation["summary"],
        request: request(method, path, operation, components.schemas),
        response: [],
      })),
  );
}

function request(method: string, path: string, operation: Json, schemas: Json): Json {
  const {
    description = "",
    security,
    requestBody,
  } = operation as { description?: string; security: Json[]; requestBody?: Json };
  return {
    method: method.toUpperCase(),
    description,
    ...(security.some((way) => "bearer" in way) ? {} : { auth: { type: "noauth" } }),
    header: requestBody ? [{ key: "Content-Type", value: "application/json" }] : [],
    url: urlOf(path, operation),
    ...(requestBody ? { body: bodyOf(requestBody, schemas) } : {}),
  };
}

function urlOf(path: string, { parameters = [] }: { parameters?: Json[] }): Json {
  const segments = path
    .slice(1)
    .split("/")
    .map((segment) => segment.replace(/^\{(.+)\}$/, ":$1"));
  const ofKind = (kind: string) => parameters.filter((parameter) => parameter["in"] === kind);
  const entry = ({ name, description }: Json) => ({ key: name, value: "", description });
  return {
    raw: `{{baseUrl}}/${segments.join("/")}`,
    host: ["{{baseUrl}}"],
    path: segments,
    query: ofKind("query").map((parameter) => ({ ...entry(parameter), disabled: true })),
    variable: ofKind("path").map(entry),
  };
}

function bodyOf({ content }: Json, schemas: Json): Json {
  const { schema } = (content as Record<string, Json>)["application/json"] as { schema: Json };
  const raw = JSON.stringify(exampleOf("", schema, schemas), null, 2);
  return { mode: "raw", raw, options: { raw: { language: "json" } } };
}

/** Texts to start from, by the names of members. */
const texts: Record<string, string> = {
  username: "ada",
  displayName: "Ada",
  email: "ada@example.org",
  password: "nine blue herons wade",
  currentPassword: "nine blue herons wade",
  newPassword: "ten green herons fish",
  refreshToken: "{{refreshToken}}",
};

/** Something of that schema. What can't be made up is an empty text, for people to fill in. */
function exampleOf(name: string, schema: Json, schemas: Json): unknown {
  const { $ref, examples, anyOf, oneOf, enum: values, type, properties, items, minimum } = schema as SchemaParts;
  if ($ref) return exampleOf(name, schemas[$ref.split("/").pop() ?? ""] as Json, schemas);
  if (examples) return examples[0];
  if (anyOf?.[0]) return exampleOf(name, anyOf[0], schemas);
  if ("const" in schema) return schema["const"];
  if (values) return values[0];
  if (type === "array") return [exampleOf(name, items ?? {}, schemas)];
  if (type === "integer" || type === "number") return minimum ?? 0;
  if (type === "boolean") return false;
  if (type !== "object") return texts[name] ?? "";
  const wanted = oneOf?.[0]?.required;
  const members = Object.entries(properties ?? {}).filter(([member]) => !wanted || wanted.includes(member));
  return Object.fromEntries(members.map(([member, one]) => [member, exampleOf(member, one, schemas)]));
}

interface SchemaParts {
  $ref?: string;
  examples?: unknown[];
  anyOf?: Json[];
  /** Which members, where a body takes one of several. */
  oneOf?: { required?: string[] }[];
  enum?: unknown[];
  type?: string;
  properties?: Record<string, Json>;
  items?: Json;
  minimum?: number;
}

function variable(key: string, value: string): Json {
  return { key, value, type: "string" };
}
