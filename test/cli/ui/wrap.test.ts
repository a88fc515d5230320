import { expect, test } from "vitest";
import { wrapped, wrappedFor } from "../../../cli/ui/wrap.js";

const long = "  one two three four five six seven";

test("a long line breaks between words, its rest indented below its beginning", () => {
  expect(wrapped(`short\n${long}`, 16)).toBe("short\n  one two three\n    four five\n    six seven");
});

test("a word that is wider than the line stays whole", () => {
  expect(wrapped("see https://example.org/a/long/address", 20)).toBe("see\n  https://example.org/a/long/address");
});

test("colours take no room", () => {
  expect(wrapped("\u001B[32mgreen\u001B[39m word", 10)).toBe("\u001B[32mgreen\u001B[39m word");
});

test.each([
  "  npx authwright add auth-basic --database sqlite --yes",
  `  -d '{"username":"ada","password":"a long sentence"}'`,
  '      import { authRouter } from "./routes/auth.js";',
  "  https://example.org/a b c d e f g h",
])("what is copied stays on its line: %s", (line) => {
  expect(wrapped(line, 20)).toBe(line);
});

test("a pipe and a file get the lines as they are", () => {
  expect(wrappedFor({}, long)).toBe(long);
  expect(wrappedFor({ isTTY: true, columns: 24 }, long)).toContain("\n");
});
