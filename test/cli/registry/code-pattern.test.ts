import { describe, expect, test } from "vitest";
import { patternOf } from "../../../cli/registry/facts/code-pattern.js";

const count = (text: string, ...code: string[]) => text.match(patternOf(code))?.length ?? 0;

describe("a piece of code is found", () => {
  test.each([
    ["without its layout", "gt(sessions.expiresAt,now)", "gt(sessions.expiresAt, now)", 1],
    ["over several lines", "gt(\n  sessions.expiresAt,\n  now,\n)", "gt(sessions.expiresAt, now)", 1],
    ["in other quotes", "algorithms: ['HS256',]", 'algorithms: ["HS256"]', 1],
    ["as often as it is there", "a === b; a===b", "a === b", 2],
    ["between two words", "return  found", "return found", 1],
    ["but not in a longer name", "isLiveNow(); wasisLive(); $isLive", "isLive", 0],
    ["but not behind a longer one", "recheckLimit(", "checkLimit(", 0],
    ["but not with more in the list", '["HS256", "none"]', '["HS256"]', 0],
    ["with signs that patterns know", "a.b(c)?.[d] || e", "a.b(c)?.[d] || e", 1],
    ["but a dot is a dot", "axb(c)", "a.b(c)", 0],
  ])("%s", (_, text, code, times) => {
    expect(count(text, code)).toBe(times);
  });

  test("in any of several spellings", () => {
    expect(count("x.iss !== a || x.aud !== b", "iss !==", "aud !==")).toBe(2);
  });

  test("in time that grows with the text and no faster, whatever it says", () => {
    const code = "( ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( x ) ) ) )";
    const text = `${"( ".repeat(20_000)}${", ".repeat(20_000)}`;
    expect(count(text, code)).toBe(0);
  });
});
