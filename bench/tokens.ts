import { join } from "node:path";
import { startChild } from "./child.js";
import { median } from "./median.js";
import type { Row } from "./row.js";
import { moduleSettings } from "./settings.js";
import type { Workshop } from "./workshop.js";

const rounds = 7;
const tokensEach = 300;
const operations = ["sign", "verify"] as const;
const reference = "HS256";

/** What the signature of each kind of token costs beside HS256, ours and jose's: processor time, without a request. */
export async function measureTokens(workshop: Workshop): Promise<Row[]> {
  const file = await workshop.build("token-kinds", "sqlite");
  const child = startChild(file, workshop.dir, moduleSettings(`file:${join(workshop.dir, "tokens.db")}`));
  const kinds = await child.ask<string[]>("kinds");
  const costs = new Map<string, number[]>();
  const measure = async (kind: string, operation: string) => {
    const cost = await child.ask<number>("costOf", { kind, operation, count: tokensEach });
    costs.set(`${operation} ${kind}`, [...(costs.get(`${operation} ${kind}`) ?? []), cost]);
  };
  const once = async () => {
    for (const kind of kinds) for (const operation of operations) await measure(kind, operation);
  };
  await once();
  costs.clear();
  for (let round = 0; round < rounds; round += 1) await once();
  await child.stop();
  return operations.flatMap((operation) =>
    kinds.filter((kind) => kind !== reference).map((kind) => rowOf(costs, operation, kind)),
  );
}

function rowOf(costs: ReadonlyMap<string, number[]>, operation: string, kind: string): Row {
  const cost = costs.get(`${operation} ${kind}`)!;
  const beside = costs.get(`${operation} ${reference}`)!;
  const figure = (values: number[]) => Math.round(median(values));
  return {
    what: `${operation} ${kind} / ${reference}`,
    measured: median(cost.map((one, round) => one / beside[round]!)),
    behind: `${figure(cost)} / ${figure(beside)} us of CPU`,
  };
}
