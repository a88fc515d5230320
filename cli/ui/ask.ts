import prompts from "prompts";
import { CliError } from "../errors.js";
import { canAsk } from "./terminal.js";

/** A question, and the flag that answers it without asking. */
export interface Question {
  readonly message: string;
  readonly flag: string;
  /** False under --yes and --json. */
  readonly allowed: boolean;
}

/** Asks yes or no. Without a terminal `prompts` would never settle: then the flag is named instead. */
export async function ask({ message, flag, allowed }: Question): Promise<boolean> {
  if (!allowed || !canAsk()) {
    throw new CliError(
      "AnswerNeeded",
      `"${message}" needs an answer, and there is no terminal to ask on: pass ${flag}`,
    );
  }
  const { answer } = await prompts(
    { type: "confirm", name: "answer", message, initial: true },
    {
      onCancel: () => {
        throw new CliError("Interrupted", "interrupted: nothing was written");
      },
    },
  );
  return Boolean(answer);
}
