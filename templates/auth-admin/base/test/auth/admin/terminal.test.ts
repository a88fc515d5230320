import "../test-environment.js";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { type PasswordSource, readPassword } from "../../../src/auth/admin/typed-password.js";

// Where the password of the first admin comes from.

describe("a password from a pipe", () => {
  test.each([
    ["a line of its own\n", "a line of its own"],
    ["no line break", "no line break"],
    ["of Windows\r\n", "of Windows"],
    ["of an old Mac\r", "of an old Mac"],
    ["\uFEFFwith a byte order mark\n", "with a byte order mark"],
    ["  spaces stay  \n", "  spaces stay  "],
    ["the first\nand not the second\n", "the first"],
  ])("%j is %j", async (sent, password) => {
    expect(await readPassword(pipe(sent))).toBe(password);
  });

  test.each(["", "\n", "x".repeat(5_000)])("has to be there, and no book", async (sent) => {
    await expect(readPassword(pipe(sent))).rejects.toThrow(/standard input|too long/);
  });
});

test("bytes that are no UTF-8 are no password: nobody could type it", async () => {
  const source: PasswordSource = new PassThrough().end(
    Buffer.from("nine blue herons wade", "utf16le").fill(0xff, 0, 1),
  );
  await expect(readPassword(source)).rejects.toThrow("UTF-8");
});

describe("a password at a terminal", () => {
  test("is asked for twice", async () => {
    expect(await typed("nine blue herons", "nine blue herons")).toEqual({
      password: "nine blue herons",
      shown: "Password: \nThe same again: \n",
    });
  });

  test("may be pasted twice at once", async () => {
    const source = terminal();
    source.write("nine blue herons\rnine blue herons\r");
    expect(await readPassword(source, () => undefined)).toBe("nine blue herons");
  });

  test("that differs the second time is none", async () => {
    await expect(typed("nine blue herons", "nine blue heron")).rejects.toThrow("Nothing has been done");
  });

  test("that nobody goes on typing is none", async () => {
    const source = terminal();
    const reading = readPassword(source, () => undefined);
    source.write("nine blue\u0003");
    await expect(reading).rejects.toThrow("Nothing has been done");
  });
});

function pipe(text: string): PasswordSource {
  const source = new PassThrough();
  source.end(text);
  return source;
}

function terminal(): PassThrough & PasswordSource {
  return Object.assign(new PassThrough(), { isTTY: true });
}

async function typed(first: string, second: string): Promise<{ password: string; shown: string }> {
  const source = terminal();
  let shown = "";
  const lines = [first, second];
  const password = await readPassword(source, (text) => {
    shown += text;
    if (text.endsWith(": ")) setImmediate(() => source.write(`${lines.shift()}\r`));
  });
  return { password, shown };
}
