import { expect, test } from "vitest";
import { createLimiter } from "../../templates/auth-basic/database/sqlite/src/db/limiter-store.js";

test("on SQLite the limiter forgets the key that was used longest ago, and only beyond 20,000", async () => {
  const limiter = createLimiter({ points: 5, duration: 600, keyPrefix: "t" });
  for (let key = 0; key < 20_000; key += 1) await limiter.consume(`key-${key}`);
  await limiter.consume("key-0");
  expect((await limiter.get("key-1"))?.consumedPoints).toBe(1);
  await limiter.consume("one more");
  expect(await limiter.get("key-1")).toBeNull();
  expect((await limiter.get("key-0"))?.consumedPoints).toBe(2);
  expect((await limiter.get("key-2"))?.consumedPoints).toBe(1);
});
