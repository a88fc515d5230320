import { parse } from "@babel/parser";
import { describe, expect, test } from "vitest";
import { marked, mounted } from "./added.js";

const imports = [
  `import express from "express";`,
  `import * as express from "express";\nimport cors from "cors";`,
  `import express, {\n  type Request,\n  type Response,\n} from "express";`,
  `import express = require("express");`,
];

type Shape = (middleware: string, routes: string, ending: string) => string;
const indent = (text: string, by: string) => text.replace(/^(?=.)/gm, by);
const shapes: Record<string, Shape> = {
  top: (middleware, routes, ending) => `const app = express();\n${middleware}${routes}${ending}app.listen(3000);\n`,
  server: (middleware, routes, ending) =>
    `const app = express();\nconst server = http.createServer(app);\n${middleware}${routes}${ending}server.listen(3000);\n`,
  factory: (middleware, routes, ending) =>
    `export function createApp() {\n  const app = express();\n${indent(middleware + routes + ending, "  ")}  return app;\n}\n`,
  arrow: (middleware, routes, ending) =>
    `export const createApp = async () => {\n\tconst app: express.Express = express();\n${indent(middleware + routes + ending, "\t")}\treturn app;\n};\n`,
  bootstrap: (middleware, routes, ending) =>
    `const app = express();\nasync function main() {\n  await connect();\n${indent(middleware + routes + ending, "  ")}  app.listen(1);\n}\nmain();\n`,
  class: (middleware, routes, ending) =>
    `export class Server {\n  app = express();\n  constructor() {\n${indent(middleware + routes + ending, "    ").replaceAll("app.", "this.app.")}  }\n}\n`,
  methods: (middleware, routes, ending) =>
    [
      `class Server {\n  private app: express.Application;\n`,
      `  constructor() {\n    this.app = express();\n    this.first();\n    this.then();\n    this.last();\n  }\n`,
      `  first() {\n${indent(middleware, "    ").replaceAll("app.", "this.app.")}  }\n`,
      `  then() {\n${indent(routes, "    ").replaceAll("app.", "this.app.")}  }\n`,
      `  last() {\n${indent(ending, "    ").replaceAll("app.", "this.app.")}  }\n}\n`,
    ].join(""),
};

const middlewares = [
  "app.use(helmet());\napp.use(express.json()); // FIRST\n",
  "app.set('trust proxy', 1);\nif (dev) {\n  app.use(morgan('dev'));\n}\n// parsers\napp.use(\n  bodyParser.json(),\n); // FIRST\n",
  "app.use((req, res, next) => {\n  next();\n}); // FIRST\n",
];
const routes = [
  "",
  "app.get('/', home); // LAST\n",
  "// LAST\napp.use('/api', api);\n",
  "app.get('/health', ok); // LAST\napp.use('/users', users);\n",
];
const endings = [
  "",
  "app.use(notFound); // LAST\n",
  "app.get('*', spa); // LAST\n",
  "app.use((err, req, res, next) => { res.end(); }); // LAST\n",
];
const styles: Record<string, (text: string) => string> = {
  plain: (text) => text,
  crlf: (text) => text.replaceAll("\n", "\r\n"),
  bare: (text) => text.replace(/;( \/\/.*)?$/gm, "$1"),
  unfinished: (text) => `\uFEFF${text.trimEnd()}`,
};

function addedLines(before: string, after: string): string[] {
  const left = before.split("\n");
  const added: string[] = [];
  for (const line of after.split("\n")) {
    if (left[0] === line || left[0] === `${line}\r`.trimEnd()) left.shift();
    else added.push(line);
  }
  expect(left, "nothing is taken away").toEqual([]);
  return added;
}

describe.each(Object.keys(shapes))("%s", (shape) => {
  test.each(Object.keys(styles))("every combination in the %s style gains two lines in the right place", (style) => {
    for (const head of imports)
      for (const middleware of middlewares)
        for (const route of routes)
          for (const ending of endings) {
            const before = styles[style]!(`${head}\n\n${shapes[shape]!(middleware, route, ending)}`);
            const after = mounted(before);
            expect(after, before).not.toMatch(/^(cannot|already)/);
            parse(after.replace(/^\uFEFF/, ""), { sourceType: "module", plugins: ["typescript"] });

            const added = addedLines(before, after);
            expect(added, after).toHaveLength(2);
            expect(added[0]).toContain("import { authRouter }");
            expect(added[1]).toMatch(/^\s*(this\.)?app\.use\(["']\/api\/auth["'], authRouter\)/);
            const at = after.indexOf("/api/auth");
            expect(after.indexOf("// FIRST"), after).toBeLessThan(at);
            if ((route + ending).includes("// LAST")) expect(after.indexOf("// LAST"), after).toBeGreaterThan(at);
            expect(mounted(after)).toBe("already");
          }
  });
});

test("the marks of the tables are read as meant", () => {
  expect(marked("\na\n+b\n")).toEqual({ before: "a\n", after: "a\nb\n" });
});
