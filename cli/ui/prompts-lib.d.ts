declare module "prompts/lib/util/figures.js" {
  const figures: Record<string, string>;
  export default figures;
}

declare module "prompts/lib/index.js" {
  export { default } from "prompts";
}
