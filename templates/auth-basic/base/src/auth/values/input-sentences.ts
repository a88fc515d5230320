import type { z } from "zod";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** Members whose names are no words for people. */
const namesInWords: Record<string, string> = { email: "e-mail address", ids: "list of ids" };

/** What is wrong with a member, for whoever reads the answer, where its schema has no words of its own. */
export function sentenceOf(issue: Issue): string {
  const name = nameOf(issue.path);
  if (issue.input === undefined && issue.code !== "custom") return `${name} is missing.`;
  switch (issue.code) {
    case "invalid_type":
      return `${name} must be ${kinds[issue.expected] ?? "of another kind"}.`;
    case "too_small":
      return issue.minimum === 1 && issue.origin !== "number" ? `${name} is empty.` : `${name} is ${tooLittle(issue)}.`;
    case "too_big":
      return `${name} is ${tooMuch(issue)}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.length > 1 ? "one of: " : ""}${issue.values.map(String).join(", ")}.`;
    default:
      return `${name} is not of the right form.`;
  }
}

function tooLittle({ origin, minimum }: { origin: string; minimum: number | bigint }): string {
  return origin === "string" ? `shorter than ${minimum} characters` : `less than ${minimum}`;
}

function tooMuch({ origin, maximum }: { origin: string; maximum: number | bigint }): string {
  return origin === "string" ? `longer than ${maximum} characters` : `more than ${maximum}`;
}

/** "The display name" of `displayName`; what has no name is "This". */
function nameOf(path: Issue["path"]): string {
  const name = path?.[path.length - 1];
  if (typeof name !== "string") return "This";
  return `The ${namesInWords[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}
