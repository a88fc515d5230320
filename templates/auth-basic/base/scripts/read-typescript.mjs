// Node strips types by itself, but it finds x.ts neither by "./x.js" nor by "./x", and takes it for CommonJS where
// package.json says so.
import { registerHooks } from "node:module";

registerHooks({ resolve: resolveTypeScript, load: loadTypeScript });

function resolveTypeScript(specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!/^\.\.?\//.test(specifier) || specifier.endsWith(".ts")) throw error;
    return next(`${specifier.replace(/\.js$/, "")}.ts`, context);
  }
}

function loadTypeScript(url, context, next) {
  return next(url, url.endsWith(".ts") ? { ...context, format: "module-typescript" } : context);
}
