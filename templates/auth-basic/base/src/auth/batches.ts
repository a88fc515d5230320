/** Rows of one statement: few enough that whoever waits for it does not notice. */
export const batchRows = 200;
/** Lets others go first between two statements. */
const pauseMs = 10;

let ended = 0;

/**
 * Calls `deleteSome` with a number of rows until it deletes fewer. Each call is one short statement; ended in between
 * (a signal, `closeAuth`), it has done what it has done, and the next run does the rest.
 *
 * @returns how many rows went.
 */
export async function inBatches(deleteSome: (rows: number) => Promise<number>): Promise<number> {
  let total = 0;
  await repeat(async () => {
    const deleted = await deleteSome(batchRows);
    total += deleted;
    return deleted === batchRows;
  });
  return total;
}

/** Calls `step`, with pauses, until it answers false or `closeAuth` is called. */
export async function repeat(step: () => Promise<boolean>): Promise<void> {
  const started = ended;
  while ((await step()) && started === ended) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

/** Ends what runs in batches, after the statement at hand. */
export function endBatches(): void {
  ended += 1;
}
