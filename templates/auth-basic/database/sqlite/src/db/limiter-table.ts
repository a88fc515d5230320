/** The statements that make what `limiter-store.ts` counts in: none, it counts in memory. */
export const limiterTable: string[] = [];
