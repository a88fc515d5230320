import { importsOf, withoutComments } from "../../project/sources/source-imports.js";
import { recordedPaths } from "../../record/recorded-paths.js";
import type { Check } from "../checkup.js";
import { isTest } from "../code/locate.js";

const secureServers = /^(node:)?(https|http2)$|^spdy$|^greenlock/;

/** Nothing that speaks HTTPS, and no proxy that Express knows of. */
export const plainHttp: Check = {
  name: "plain-http",
  run: ({ sources, record, project }) => {
    const installed = recordedPaths(record);
    const own = sources.filter(({ path }) => !isTest(path, record) && !installed.has(path));
    if (own.some(({ text }) => speaksHttps(text))) return [];
    return [
      {
        level: "hint",
        file: project.entry?.path ?? null,
        line: null,
        what: "nothing here speaks HTTPS, and Express knows of no proxy that does",
        why: "in production passwords and tokens would cross the network in the open",
        fix: 'put a proxy with TLS before it and say so: app.set("trust proxy", 1)',
      },
    ];
  },
};

function speaksHttps(text: string): boolean {
  if (!/https|http2|spdy|greenlock|trust proxy/.test(text)) return false;
  const code = withoutComments(text);
  return /["'`]trust proxy["'`]/.test(code) || importsOf(code).some((name) => secureServers.test(name));
}
