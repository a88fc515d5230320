import { expect, test } from "vitest";
import { mounted } from "./added.js";

const imported = `import { authRouter } from "./routes/auth.js";`;
const mount = `app.use("/api/auth", authRouter);`;

test.each([
  [
    "CRLF",
    `import express from "express";\r\nconst app = express();\r\napp.listen(1);\r\n`,
    `import express from "express";\r\n${imported}\r\nconst app = express();\r\n${mount}\r\napp.listen(1);\r\n`,
  ],
  [
    "mixed line endings: each new line takes its neighbour's",
    `import express from "express";\r\nconst app = express();\napp.listen(1);\n`,
    `import express from "express";\r\n${imported}\r\nconst app = express();\n${mount}\napp.listen(1);\n`,
  ],
  [
    "a BOM",
    `\uFEFFimport express from "express";\nconst app = express();\n`,
    `\uFEFFimport express from "express";\n${imported}\nconst app = express();\n${mount}\n`,
  ],
  [
    "a BOM and a shebang",
    `\uFEFF#!/usr/bin/env node\nimport express from "express";\nconst app = express();\n`,
    `\uFEFF#!/usr/bin/env node\nimport express from "express";\n${imported}\nconst app = express();\n${mount}\n`,
  ],
  [
    "no final newline",
    `import express from "express";\nconst app = express();`,
    `import express from "express";\n${imported}\nconst app = express();\n${mount}`,
  ],
  [
    "no semicolons, single quotes",
    `import express from 'express'\nconst app = express()\n\n;[1].forEach(log)\n`,
    `import express from 'express'\nimport { authRouter } from './routes/auth.js'\nconst app = express()\napp.use('/api/auth', authRouter)\n\n;[1].forEach(log)\n`,
  ],
  [
    "an import over several lines, with a comment behind it",
    `import express, {\n  type Request,\n} from "express"; // web\nconst app = express(); // the app\n// next\nlisten();\n`,
    `import express, {\n  type Request,\n} from "express"; // web\n${imported}\nconst app = express(); // the app\n${mount}\n// next\nlisten();\n`,
  ],
  [
    "a use strict and a licence stay on top",
    `"use strict";\n/* (c) */\nimport express from "express";\n\nconst app = express();\n`,
    `"use strict";\n/* (c) */\nimport express from "express";\n${imported}\n\nconst app = express();\n${mount}\n`,
  ],
  [
    "type annotations, satisfies and decorators parse",
    `import express from "express";\nconst app = express() as express.Express;\n@Service()\nclass A { constructor(@Inject() private a: B) {} }\n`,
    `import express from "express";\n${imported}\nconst app = express() as express.Express;\n${mount}\n@Service()\nclass A { constructor(@Inject() private a: B) {} }\n`,
  ],
])("%s", (_, before, after) => expect(mounted(before)).toBe(after));
