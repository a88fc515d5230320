import { describe, expect, test } from "vitest";
import { mountRouter } from "../../../../cli/edits/entry.js";
import { marked, mounted, options } from "./added.js";

const head = `import express from "express";\n+import { authRouter } from "./routes/auth.js";\nconst app = express();\n`;
const mount = `+app.use("/api/auth", authRouter);\n`;

/** `first` stays above the mount line, `last` below it. */
function expectBetween(first: string, last: string): void {
  const { before, after } = marked(`${head}${first}\n${mount}${last}\n`);
  expect(mounted(before)).toBe(after);
}

describe("the mount line stays above", () => {
  test.each([
    "app.use((req, res) => { res.status(404).end(); });",
    "app.use((req, res, next) => { res.status(404).end(); });",
    "app.use(function (req, res, next) { next(createError(404)); });",
    "app.use(async (_req, _res, next) => next(new NotFound()));",
    "app.use((err, req, res, next) => { next(err); });",
    "app.use((err: Error, _req: Request, res: Response, _next: NextFunction) => { res.end(); });",
    "app.use(notFound);",
    "app.use(notFoundHandler);",
    "app.use(middleware.not_found);",
    "app.use(this404);",
    "app.use(errorHandler);",
    "app.use(errorMiddleware);",
    "app.use(handleErrors());",
    "app.use(unknownEndpoint);",
    "app.use(Sentry.Handlers.errorHandler());",
    "Sentry.setupExpressErrorHandler(app);",
    'app.all("*", handler);',
    'app.all("*splat", handler);',
    'app.get("*", handler);',
    'app.get("/*", handler);',
    'app.get("/{*splat}", handler);',
    "app.get(/.*/, handler);",
    "app.get(/^(?!\\/api).+/, handler);",
    'app.use("*", handler);',
    'app.use("/*", handler);',
    'app.use("/", handler);',
    'app.get("/api/*", handler);',
    'app.all("/api/{*rest}", handler);',
    'app.use("/api", apiRouter);',
    'app.use("/API/", apiRouter);',
    'app.use("/:tenant", tenants);',
    'app.use(["/v1", "/api"], apiRouter);',
    "app.use(`$" + "{prefix}/users`, users);",
    "app.use(config.prefix, users);",
    "app.use(routes);",
    "app.use(userRouter.router);",
    "app.use(await createRouter());",
    'app.use(require("./routes"));',
    "app.use((req, res, next) => { if (req.path === '/x') return next(); res.sendFile(index); });",
    "app.use(createProxyMiddleware({ target }));",
    "app.use(vite.middlewares);",
    "if (prod) { app.use(express.static(dist)); app.get('*', (req, res) => res.sendFile(index)); }",
    "registerRoutes(app);",
    "const server = await registerRoutes(app);",
    "serveStatic(app);",
    "routes.init(app);",
    "useExpressServer(app, { controllers });",
    "new Routes(app);",
    "app.use(requireAuth);",
    "app.use(ensureAuthenticated);",
    "app.use(isAuthenticated);",
    "app.use(checkJwt);",
    "app.use(protectedRoute);",
    "app.use(authMiddleware);",
    "app.use(passport.authenticate('jwt', { session: false }));",
    "app.use(expressjwt({ secret }).unless({ path: ['/'] }));",
    "app.use((req, res, next) => { if (!req.user) return res.sendStatus(401); next(); });",
    'app.use("/api", requireAuth);',
    "app.listen(3000);",
    "const server = app.listen(3000);",
    "http.createServer(app).listen(3000);",
    "const server = http.createServer(app);",
    "export default app;",
    "export { app };",
    "if (require.main === module) app.listen(3000);",
    "module.exports = serverless(app);",
    "// what belongs to the route\napp.get('/', home);",
  ])("%s", (last) => expectBetween("app.use(express.json());", last));
});

describe("the mount line stays below", () => {
  test.each([
    "app.use(helmet());",
    "app.use(helmet.frameguard({ action: 'deny' }));",
    "app.use(frameguard());",
    "app.use(cors());",
    "app.use(express.urlencoded({ extended: true }));",
    "app.use(bodyParser.json());",
    "app.use(session({ secret }));",
    "app.use(passport.initialize());",
    "app.use(passport.session());",
    "app.use(morgan('dev', { stream }));",
    "app.use(express.static('public'));",
    "app.use('/uploads', express.static('uploads'));",
    'app.use("/api", limiter);',
    "app.options('*', cors());",
    "app.use([helmet(), cors()]);",
    "app.use(prod ? morgan('combined') : morgan('dev'));",
    "app.use((req, res, next) => { console.log(req.url); next(); });",
    "app.use((req, _res, next) => { track(req).then(() => next(), next); });",
    "app.use(requestContext);",
    "app.use(myOwnThing());",
    "app.set('trust proxy', 1);",
    "app.disable('x-powered-by');",
    "app.engine('hbs', engine());",
    "app.locals.title = 'x';",
    "if (!test) { app.use(morgan('dev')); }",
    "if (!test) app.use(morgan('dev'));",
    "dev && app.use(morgan('dev'));",
    "setupMiddleware(app);",
    "configureSecurity(app);",
    "expressWs(app);",
    "app.use(Sentry.Handlers.requestHandler());",
    "app.use(require('method-override')());",
    "app.use(cors()); // why",
    "app.use(cors()) /* why */;",
    "app.use(\n  cors({\n    origin: '*',\n  }),\n);",
  ])("%s", (first) => expectBetween(`app.use(a());\n${first}`, "app.use('/api', api);\napp.use(notFound);"));

  test("middleware that stands after a harmless route", () => {
    expectBetween("app.get('/health', ok);\napp.use('/docs', swagger.serve);\napp.use(cors());", "app.use('/v1', v1);");
  });

  test("a helper of unknown content, where routes follow it", () => {
    expectBetween("init(app);", "app.get('/', home);");
  });
});

test("an unknown middleware after the routes may be a 404", () => {
  expectBetween("app.use(cors());", "app.use('/v1', v1);\napp.use(lastResort);");
});

test("the note names a guard that the router goes before", () => {
  const source = marked(`${head}app.use(requireAuth);\n`).before;
  expect(mountRouter(source, options)).toMatchObject({ note: expect.stringContaining("requireAuth (line 3)") });
});

test("there is no note where there is no guard", () => {
  const edit = mountRouter(marked(`${head}app.use(cors());\n`).before, options);
  expect(edit).toMatchObject({ kind: "applied" });
  expect(edit).not.toHaveProperty("note");
});

describe("a chain that ends in a router", () => {
  test.each([
    'app.use(cors()).use(express.json()).use("/", routes);',
    "app.use(cors()).use(express.json()).use(routes);",
    "app\n  .use(cors())\n  .use(express.json())\n  .use(apiRouter);",
    "app.use(cors()).use(routes).listen(3000);",
    'app.use(cors()).use("/api", apiRouter).use(metrics());',
    'app.disable("x-powered-by").use(cors()).use("/api/v1", users).use("/api", routes);',
    "const server = app.use(cors()).use(routes).listen(3000);",
  ])("has the mount below it, and above what answers everything: %s", (chain) => {
    expectBetween(chain, "app.use(notFound);");
  });

  test("and that makes the app has the mount below it", () => {
    const text = `
      import express from "express";
      +import { authRouter } from "./routes/auth.js";
      const app = express().use(cors()).use(express.json()).use(routes);
      +app.use("/api/auth", authRouter);
      app.use(errorHandler);
    `.replace(/^ {6}/gm, "");
    const { before, after } = marked(text);
    expect(mounted(before)).toBe(after);
  });

  test("tells what would answer first", () => {
    const source = `import express from "express";\nconst app = express();\napp.use(cors()).use(routes);\n`;
    const note = "mounted after the chain of line 3: a catch-all in routes would answer first";
    expect(mountRouter(source, options)).toMatchObject({ kind: "applied", note });
  });
});

test.each([
  ["by the other's use", 'main.use("/admin", admin);'],
  ["under a host name", 'main.use(vhost("admin.example.org", admin));'],
  ["in a chain", 'main.use(cors()).use("/admin", admin);'],
])("an app that is mounted on another %s is none of its own", (_, line) => {
  const source = `import express from "express";\nconst admin = express();\nconst main = express();\n${line}\n`;
  expect(mounted(source)).toContain(`main.use("/api/auth", authRouter);`);
});
