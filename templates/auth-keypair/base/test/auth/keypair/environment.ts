import "../test-environment.js";

/** With TEST_REDIS_URL, these tests keep the keys in that Redis; else in the table. */
export const testRedisUrl: string = process.env["TEST_REDIS_URL"] ?? "";

Object.assign(process.env, { KEYPAIR_REDIS_URL: testRedisUrl });
