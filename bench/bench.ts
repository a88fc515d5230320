import { measureCli } from "./cli.js";
import { measureCookieSession } from "./cookie-session.js";
import { measureEventLoop } from "./event-loop.js";
import { measureExpensiveInput } from "./expensive-input.js";
import { measureLogin } from "./login.js";
import { measureProofRaces } from "./proof-races.js";
import { measureProtectedRoute } from "./protected-route.js";
import { measureRefresh } from "./refresh.js";
import { formatRows, type Row } from "./row.js";
import { measureScale } from "./scale.js";
import { measureTokenRoute } from "./token-route.js";
import { measureTokens } from "./tokens.js";
import { openWorkshop, type Workshop } from "./workshop.js";

const measurements: Record<string, (workshop: Workshop) => Promise<Row[]>> = {
  "protected-route": measureProtectedRoute,
  "cookie-session": measureCookieSession,
  login: measureLogin,
  refresh: measureRefresh,
  "event-loop": measureEventLoop,
  "expensive-input": measureExpensiveInput,
  tokens: measureTokens,
  "token-route": measureTokenRoute,
  cli: measureCli,
};

/** Measured where they are named: they take minutes. */
const onRequest: typeof measurements = { scale: measureScale, "proof-races": measureProofRaces };

/** All measurements, or those that are named on the command line. */
async function bench(names: string[]): Promise<void> {
  const workshop = await openWorkshop();
  const rows: Row[] = [];
  try {
    for (const name of names.length > 0 ? names : Object.keys(measurements)) {
      console.error(`${name} ...`);
      rows.push(...(await { ...measurements, ...onRequest }[name]!(workshop)));
    }
  } finally {
    await workshop.remove();
  }
  console.log(formatRows(rows));
}

await bench(process.argv.slice(2));
