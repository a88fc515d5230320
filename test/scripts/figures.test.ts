import { beforeAll, expect, test } from "vitest";
import { readPrintedTables } from "../../scripts/figures/contributing.js";
import { bound, type Figure } from "../../scripts/figures/figure.js";
import { measureGeneratorsHouse } from "../../scripts/figures/generators-house.js";
import { overBounds, readTable } from "../../scripts/figures/table.js";
import { measureUsersHouse } from "../../scripts/figures/users-house.js";

let users: Figure[];
let generators: Figure[];

beforeAll(async () => {
  users = await measureUsersHouse();
  generators = await measureGeneratorsHouse();
});

test("nothing that lands in the user's project exceeds its aim by more than a tenth, or by what is allowed for it", () => {
  expect(users).toHaveLength(15);
  expect(overBounds(users)).toEqual([]);
});

test("nothing of the command line exceeds its aim by more than a tenth, or by what is allowed for it", () => {
  expect(generators).toHaveLength(10);
  expect(overBounds(generators)).toEqual([]);
});

test("CONTRIBUTING prints each figure with its aim", async () => {
  const printed = readTable(await readPrintedTables());
  const aims = [...printed].map(([name, [before, aim]]) => ({ name, before, aim }));
  expect(aims).toEqual([...users, ...generators].map(({ name, before, aim }) => ({ name, before, aim })));
});

// Numbers change with each commit: those printed only have to keep the bounds, as those measured do.
test("CONTRIBUTING prints no figure that exceeds its aim by more than a tenth, or by what is allowed for it", async () => {
  const printed = readTable(await readPrintedTables());
  const over = [...users, ...generators].filter(
    (figure) => !((printed.get(figure.name)?.[2] ?? Number.NaN) <= bound(figure)),
  );
  expect(over.map(({ name }) => name)).toEqual([]);
});
