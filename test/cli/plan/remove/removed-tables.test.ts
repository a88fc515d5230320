import { describe, expect, test } from "vitest";
import { declaredTables } from "../../../../cli/plan/remove/removed-tables.js";

describe("the tables that a schema declares", () => {
  test.each([
    ["by a name in the call", 'export const users = pgTable("auth_users", {});', ["auth_users"]],
    ["on a line of its own", "export const users = sqliteTable(\n  'auth_users',\n  {},\n);", ["auth_users"]],
    [
      "by a name that stands in one place",
      'const names = { users: "auth_users", sessions: "my_sessions" };\nexport const a = table(names.users, {});\n' +
        "export const b = table(\n  names.sessions,\n  {},\n);",
      ["auth_users", "my_sessions"],
    ],
    ["by a constant", 'const name = "auth_users";\nexport const users = table(name, {});', ["auth_users"]],
    ["by a name of another file", "export const users = table(names.users, {});", []],
    ["in a comment", '// table("auth_users", {})', []],
    ["nowhere", 'const users = getTableName(schema.users);\nrow("auth_users", {});', []],
  ])("%s", (_, text, names) => {
    expect(declaredTables(text)).toEqual(names);
  });
});
