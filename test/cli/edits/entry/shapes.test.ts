import { expect, test } from "vitest";
import { marked, mounted, options } from "./added.js";

test.each<[string, string, string?]>([
  [
    "top level",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";

const app = express();
app.use(express.json());
+app.use("/api/auth", authRouter);

app.get("/", (req, res) => {
  res.send("hello");
});

app.listen(3000);
`,
  ],
  [
    "nothing but routes",
    `
import express, { Request, Response } from 'express';
+import { authRouter } from './routes/auth.js';

const app = express();
+app.use('/api/auth', authRouter);
const port = process.env.PORT || 3000;

app.get('/', (req: Request, res: Response) => {
  res.send('Hello World!');
});

app.listen(port, () => {
  console.log(\`Server running at http://localhost:\${port}\`);
});
`,
  ],
  [
    "a factory",
    `
import cors from "cors";
import express, { type Express } from "express";
import { userRouter } from "./users.js";
+import { authRouter } from "./routes/auth.js";

export function createApp(): Express {
  const app = express();

  app.use(cors());
  app.use(express.json());
+  app.use("/api/auth", authRouter);

  app.use("/users", userRouter);
  app.use((_req, res) => {
    res.status(404).json({ error: "not found" });
  });
  return app;
}
`,
  ],
  [
    "an arrow factory with tabs and no semicolons",
    `
import express from 'express'
+import { authRouter } from './routes/auth.js'

export const createServer = () => {
	const app = express()
	app
		.disable('x-powered-by')
		.use(morgan('dev'))
		.use(urlencoded({ extended: true }))
		.use(json())
		.use(cors())
		.get('/status', (_, res) => {
			return res.json({ ok: true })
		})
+	app.use('/api/auth', authRouter)

	return app
}
`,
  ],
  [
    "a factory that only returns",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
export default () => {
  const app = express();
+  app.use("/api/auth", authRouter);
  return app;
};
`,
  ],
  [
    "a class, made in the constructor",
    `
import express, { Application } from "express";
import cors from "cors";
+import { authRouter } from "./routes/auth.js";

class App {
  public app: Application;
  public port: number;

  constructor(routes: Routes[]) {
    this.app = express();
    this.port = 3000;
    this.initializeMiddlewares();
    this.initializeRoutes(routes);
    this.initializeErrorHandling();
  }

  public listen() {
    this.app.listen(this.port, () => {
      console.log("listening");
    });
  }

  private initializeMiddlewares() {
    this.app.use(cors());
    this.app.use(express.json());
  }

  private initializeRoutes(routes: Routes[]) {
+    this.app.use("/api/auth", authRouter);
    routes.forEach(route => {
      this.app.use("/", route.router);
    });
  }

  private initializeErrorHandling() {
    this.app.use(ErrorMiddleware);
  }
}

export default App;
`,
  ],
  [
    "a class property, with its middleware in the constructor",
    `
import * as express from "express";
import * as bodyParser from "body-parser";
+import { authRouter } from "./routes/auth.js";

export class Server {
  public readonly app: express.Application = express();

  constructor() {
    this.app.use(bodyParser.json());
    this.app.use(bodyParser.urlencoded({ extended: false }));
+    this.app.use("/api/auth", authRouter);
    this.routes();
  }

  private routes(): void {
    this.app.use("/items", items);
  }
}
`,
  ],
  [
    "a class property without middleware",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
export class Server {
  private app = express();
  start(port: number) {
+    this.app.use("/api/auth", authRouter);
    this.app.listen(port);
  }
}
`,
  ],
  [
    "a class whose methods are called from outside",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
export class Server {
  #app = express();
  middleware() {
    this.#app.use(express.json());
  }
  routes() {
+    this.#app.use("/api/auth", authRouter);
    // everything else
    this.#app.use("/v1", v1);
  }
}
`,
  ],
  [
    "import equals",
    `
import express = require("express");
+import { authRouter } from "./routes/auth.js";
const app = express();
app.use(express.json());
+app.use("/api/auth", authRouter);
export = app;
`,
  ],
  [
    "require",
    `
const express = require('express');
const cors = require('cors');
require('dotenv').config();
+const { authRouter } = require('./routes/auth.js');

const app = express();
app.use(cors());
+app.use('/api/auth', authRouter);
module.exports = app;
`,
    "src/app.js",
  ],
  [
    "an aliased name",
    `
import createApplication from "express";
+import { authRouter } from "./routes/auth.js";
const server = createApplication();
server.use(createApplication.json());
+server.use("/api/auth", authRouter);
server.listen(1);
`,
  ],
  [
    "declared first, made later",
    `
import express, { Express } from "express";
+import { authRouter } from "./routes/auth.js";
let app: Express;
app = express();
app.set("trust proxy", 1);
+app.use("/api/auth", authRouter);
app.listen(3000);
`,
  ],
  [
    "declared outside, made in a method of an object",
    `
import express, { Express } from "express";
+import { authRouter } from "./routes/auth.js";
let app: Express;
export default {
  init() {
    app = express();
    app.use(cors());
+    app.use("/api/auth", authRouter);
    app.use("/api", routes);
  },
};
`,
  ],
  [
    "one branch of an if, an anonymous async function and a loop",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
if (isPrimary) {
  fork();
} else {
  void (async () => {
    const app = express();
    for (const one of middlewares) {
      app.use(one);
    }
+    app.use("/api/auth", authRouter);
    const server = await registerRoutes(app);
  })();
}
`,
  ],
  [
    "a function that nothing here calls does not draw the mount away",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
const app = express();
app.use(express.json());
+app.use("/api/auth", authRouter);
app.use("/v1", v1);
export function enableDocs() {
  app.use("/docs", express.static("docs"));
}
`,
  ],
  [
    "http.createServer and socket.io before the middleware",
    `
import http from "http";
import express from "express";
import { Server } from "socket.io";
+import { authRouter } from "./routes/auth.js";

const app = express();
const server = http.createServer(app);
const io = new Server(server);

app.use(helmet());
app.use(express.json());
+app.use("/api/auth", authRouter);

app.use("/api", apiRouter);

server.listen(3000);
`,
  ],
  [
    "routes inside a bootstrap function",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";

const app = express();

async function bootstrap() {
  await connect();
  app.use(express.json());
+  app.use("/api/auth", authRouter);
  app.use("/posts", posts);
  app.listen(3000);
}

bootstrap().catch(console.error);
`,
  ],
  [
    "made inside a main function with try",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
const main = async () => {
  try {
    const app = express();
    app.use(cors({ origin: "*" }));
+    app.use("/api/auth", authRouter);
    app.listen(4000);
  } catch (error) {
    console.error(error);
  }
};
main();
`,
  ],
  [
    "made in a then callback",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
AppDataSource.initialize().then(async () => {
  const app = express();
  app.use(bodyParser.json());
+  app.use("/api/auth", authRouter);
  Routes.forEach((route) => {
    (app as any)[route.method](route.route, handle);
  });
  app.listen(3000);
});
`,
  ],
  [
    "routes after the database is there",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
const app = express();
app.use(express.json());
+app.use("/api/auth", authRouter);
mongoose.connect(url).then(() => {
  app.use("/api", routes);
  app.listen(3000);
});
`,
  ],
  [
    "helpers of the same file",
    `
import express, { Express } from "express";
+import { authRouter } from "./routes/auth.js";
function setupMiddleware(server: Express) {
  server.use(cors());
}
function setupRoutes(server: Express) {
+  server.use("/api/auth", authRouter);
  server.get("/", home);
}
const app = express();
setupMiddleware(app);
setupRoutes(app);
app.listen(3000);
`,
  ],
  [
    "helpers of other files",
    `
import express from "express";
import { setupMiddleware } from "./middleware.js";
import { setupRoutes } from "./routes.js";
+import { authRouter } from "./routes/auth.js";
const app = express();
setupMiddleware(app);
+app.use("/api/auth", authRouter);
setupRoutes(app);
setupErrorHandlers(app);
export default app;
`,
  ],
  [
    "an app that a function is handed",
    `
import cors from "cors";
import type { Application } from "express";
+import { authRouter } from "./routes/auth.js";

export default function load(app: Application) {
  app.use(cors());
+  app.use("/api/auth", authRouter);
  app.use("/v1", routes());
}
`,
  ],
  [
    "an app that a function is handed in an object",
    `
import express from 'express';
import routes from '@/api';
+import { authRouter } from './routes/auth.js';
export default ({ app }: { app: express.Application }) => {
  app.get('/status', (req, res) => {
    res.status(200).end();
  });
  app.enable('trust proxy');
  app.use(cors());
  app.use(require('method-override')());
  app.use(express.json());
+  app.use('/api/auth', authRouter);
  app.use(config.api.prefix, routes());
  app.use((req, res, next) => {
    const err = new Error('Not Found');
    err['status'] = 404;
    next(err);
  });
};
`,
  ],
  [
    "a second app that is mounted on the first",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
const app = express();
const admin = express();
admin.use(guard);
app.use(express.json());
+app.use("/api/auth", authRouter);
app.use("/admin", admin);
app.listen(3000);
`,
  ],
  [
    "an exported app",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
export const app = express();
+app.use("/api/auth", authRouter);
`,
  ],
  [
    "module.exports in the middle",
    `
const express = require("express");
+const { authRouter } = require("./routes/auth.js");
const app = (module.exports = express());
app.use(logger("dev"));
+app.use("/api/auth", authRouter);
app.use("/", indexRouter);
`,
    "app.js",
  ],
  [
    "require called at once",
    `
const app = require("express")();
const cors = require("cors");
+const { authRouter } = require("./routes/auth.js");
app.use(cors());
+app.use("/api/auth", authRouter);
app.listen(1);
`,
    "app.js",
  ],
  [
    "a tsx server",
    `
import express from "express";
import { renderToString } from "react-dom/server";
+import { authRouter } from "./routes/auth.js";
const app = express();
app.use(express.static("dist"));
+app.use("/api/auth", authRouter);
app.get("*", (_req, res) => res.send(renderToString(<Page />)));
`,
    "src/server.tsx",
  ],
  [
    "this.app through a local name",
    `
import express from "express";
+import { authRouter } from "./routes/auth.js";
class Api {
  app = express();
  constructor() {
    const { app } = this;
    app.use(express.json());
+    app.use("/api/auth", authRouter);
    app.get("/", home);
  }
}
`,
  ],
])("%s", (_, text, path = options.path) => {
  const { before, after } = marked(text);
  expect(mounted(before, path)).toBe(after);
  expect(mounted(after, path)).toBe("already");
});
