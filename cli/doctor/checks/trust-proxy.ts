import { withoutComments } from "../../project/source-imports.js";
import type { Check } from "../checkup.js";
import { isTest, lineAt } from "../locate.js";

const trustsAll = /\.set\(\s*["'`]trust proxy["'`]\s*,\s*true\s*,?\s*\)|\.enable\(\s*["'`]trust proxy["'`]\s*,?\s*\)/g;

/** An app that believes any X-Forwarded-For. */
export const trustProxy: Check = {
  name: "trust-proxy",
  run: ({ sources, record }) =>
    sources
      .filter(({ path, text }) => text.includes("trust proxy") && !isTest(path, record))
      .flatMap(({ path, text }) => {
        const code = withoutComments(text);
        return [...code.matchAll(trustsAll)].map(({ index }) => ({
          level: "unsafe" as const,
          file: path,
          line: lineAt(code, index),
          what: "trust proxy is true",
          why: "a client then chooses its own address, and the limits on guesses from one address are void",
          fix: 'name what stands before the app: app.set("trust proxy", 1) for one proxy, or its addresses',
        }));
      }),
};
