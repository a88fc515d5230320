import { closeAuth } from "../close.js";
import { withCauses } from "../errors.js";
import { type RekeyReport, rekey } from "./rekey.js";

/** `npm run auth:rekey`: what is sealed in the database, under the new JWT_SECRET_KEY. */
async function main(): Promise<void> {
  const reports = await rekey();
  console.log(reports.map(({ name, resealed }) => `${resealed} ${name} resealed.`).join("\n") || "Nothing is sealed.");
  for (const report of reports) reportUnopened(report);
}

function reportUnopened({ name, unopened }: RekeyReport): void {
  if (unopened.length === 0) return;
  const keys = "neither JWT_SECRET_KEY nor JWT_SECRET_KEY_PREVIOUS opens";
  console.error(`${unopened.length} ${name} that ${keys}: ${unopened.join(", ")}.`);
  process.exitCode = 1;
}

main()
  .catch((error: unknown) => {
    console.error(withCauses(error).map(({ message }) => message)[0] ?? String(error));
    process.exitCode = 1;
  })
  .finally(closeAuth);
