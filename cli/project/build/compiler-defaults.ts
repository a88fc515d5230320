type Options = Readonly<Record<string, unknown>>;

export type ModuleKind = "commonjs" | "node" | "preserve" | "esm";

/** What TypeScript of that major emits when it is given these options. */
export function moduleKind(options: Options, typescriptMajor: number): ModuleKind {
  const module = lower(options["module"]);
  if (module === "") return defaultModule(lower(options["target"]), typescriptMajor);
  if (/^node(16|18|20|next)$/.test(module)) return "node";
  if (module === "preserve") return "preserve";
  return /^es/.test(module) ? "esm" : "commonjs";
}

/** TypeScript 5: CommonJS unless the target has modules (its own default, es5, has none). From 6 on the target is modern. */
function defaultModule(target: string, typescriptMajor: number): ModuleKind {
  if (target === "es3" || target === "es5") return "commonjs";
  if (target === "") return typescriptMajor >= 6 ? "esm" : "commonjs";
  return "esm";
}

/** Whether `import express from "express"` finds a CommonJS module's exports at run time. */
export function hasEsModuleInterop(options: Options, typescriptMajor: number): boolean {
  if (typeof options["esModuleInterop"] === "boolean") return options["esModuleInterop"];
  const kind = moduleKind(options, typescriptMajor);
  return typescriptMajor >= 6 || kind === "node" || kind === "preserve";
}

/** Whether tsc turns imports into `require`. */
export function emitsCommonJs(options: Options, typescriptMajor: number, packageType: "module" | "commonjs"): boolean {
  const kind = moduleKind(options, typescriptMajor);
  return kind === "commonjs" || (kind === "node" && packageType === "commonjs");
}

/** Whether `import express from "express"` type-checks. */
export function allowsDefaultImports(options: Options, typescriptMajor: number): boolean {
  if (typeof options["allowSyntheticDefaultImports"] === "boolean") return options["allowSyntheticDefaultImports"];
  return hasEsModuleInterop(options, typescriptMajor) || lower(options["moduleResolution"]) === "bundler";
}

/** Whether an import of a package without types is an error. */
export function refusesImplicitAny({ noImplicitAny, strict }: Options, typescriptMajor: number): boolean {
  if (typeof noImplicitAny === "boolean") return noImplicitAny;
  return typeof strict === "boolean" ? strict : typescriptMajor >= 6;
}

function lower(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
