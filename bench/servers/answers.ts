/** What a measured process can be asked, one question at a time. */
export type Answers = Record<string, (argument: never) => unknown>;

/** Answers the questions of bench/child.ts, and ends when nobody can ask any more. */
export function answerQuestions(answers: Answers): void {
  process.on("message", async ({ question, argument }: { question: string; argument: never }) => {
    try {
      process.send?.({ value: await answers[question]?.(argument) });
    } catch (error) {
      process.send?.({ error: (error as Error).stack });
    }
  });
  process.on("disconnect", () => process.kill(process.pid));
}

/** Microseconds of processor time that this process has used. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
