import { describe, expect, test } from "vitest";
import { routesIn } from "../../../../cli/doctor/code/routes.js";

describe("the routes of a file", () => {
  test.each([
    ["with their guard", 'r.get("/a", protectedRoute, f);\nr.post("/b", f)\n', ["1 get /a !", "2 post /b"]],
    ["without semicolons", "r.post('/a', protectedRoute, f)\nr.delete('/b', f)\n", ["1 post /a !", "2 delete /b"]],
    ["with handlers in place", 'r.put("/a", (q, s) => {\n  protectedRoute;\n});', ["1 put /a"]],
    ["with a list of handlers", 'r.get("/a", [log, protectedRoute], f);', ["1 get /a !"]],
    [
      "with a guard for all below it",
      'r.get("/a", f);\nr.use(protectedRoute);\nr.get("/b", f);',
      ["1 get /a", "3 get /b !"],
    ],
    ["with a guard of another router", 'x.use(protectedRoute);\nr.get("/b", f);', ["2 get /b"]],
    ["with a guard that is for a router", 'r.use("/x", protectedRoute, x);\nr.get("/b", f);', ["2 get /b"]],
    ["in a chain", 'r.route("/a").get(f).post(protectedRoute, f);', ["1 post /a !", "1 get /a"]],
    ["but not settings or maps", 'app.get("/env");\nmap.get("/x");\nfetcher.get(url, f);', []],
    ["but none of what does not parse", "r.get('/a', f", []],
  ])("%s", (_, text, found) => {
    const shown = routesIn(text, "a.ts", ["protectedRoute"]).map(
      ({ line, verb, path, guarded }) => `${line} ${verb} ${path}${guarded ? " !" : ""}`,
    );
    expect(shown).toEqual(found);
  });
});
