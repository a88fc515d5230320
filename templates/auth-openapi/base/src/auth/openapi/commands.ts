import { writeFile } from "node:fs/promises";
import { defaultMount, openApiDocument } from "./document.js";
import { postmanCollection } from "./postman.js";

/**
 * `npm run auth:openapi [-- FILE [URL]]` writes openapi.json, `npm run auth:openapi -- postman [FILE [URL]]` a Postman
 * collection. URL is where the module is mounted.
 */
async function main(args: string[]): Promise<void> {
  const [file, content] = args[0] === "postman" ? postman(args.slice(1)) : openApi(args);
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`Wrote ${file}.`);
}

function openApi([file = "openapi.json", url = defaultMount]: string[]): [string, object] {
  return [file, openApiDocument(url)];
}

function postman([file = "postman_collection.json", url = `http://localhost:3000${defaultMount}`]: string[]): [
  string,
  object,
] {
  return [file, postmanCollection(openApiDocument(), url)];
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
