import type { PromptObject } from "prompts";
import { CliError } from "../errors.js";
import { stylePrompts } from "./prompt-style.js";
import { canAsk } from "./terminal.js";

/** A question, and the flag that answers it without asking. */
export interface Question {
  readonly message: string;
  readonly flag: string;
  /** False under --yes and --json. */
  readonly allowed: boolean;
  /** What Enter says; yes, where it is not given. */
  readonly initially?: boolean;
}

export interface TextQuestion extends Question {
  readonly initial: string;
  /** True, or what is wrong with the answer. */
  readonly check: (answer: string) => true | string;
}

export interface SeveralQuestion extends Question {
  readonly values: readonly { readonly value: string; readonly description: string }[];
  readonly initial: readonly string[];
}

export interface ChoiceQuestion extends Question {
  readonly values: readonly { readonly value: string; readonly description: string }[];
  readonly initial: string;
}

/** Asks yes or no. */
export async function ask(question: Question): Promise<boolean> {
  return Boolean(await put(question, { type: "confirm", initial: question.initially ?? true }));
}

/** Asks yes or no, where `d` is an answer too: the diff is wanted first. */
export async function askOrDiff(question: Question): Promise<boolean | "diff"> {
  const answer = await put(question, { type: "confirm", initial: question.initially ?? true, onRender: acceptDiff });
  return answer === "diff" ? "diff" : Boolean(answer);
}

/** What `prompts` makes of a yes or no: a key each, which ends it. */
interface Confirm {
  value: unknown;
  yesMsg: string;
  _: (key: string) => unknown;
  submit(): unknown;
}

/** Called with the prompt as `this` when it is drawn. `prompts` has no question with a third key. */
function acceptDiff(this: unknown): void {
  const prompt = this as Confirm;
  if (Object.hasOwn(prompt, "_")) return;
  const otherKey = prompt._.bind(prompt);
  prompt._ = (key) => {
    if (key.toLowerCase() !== "d") return otherKey(key);
    prompt.value = "diff";
    prompt.yesMsg = "diff";
    return prompt.submit();
  };
}

/** Asks for a line of text, until it is a good one. */
export async function askText(question: TextQuestion): Promise<string> {
  const { initial, check } = question;
  return String(await put(question, { type: "text", initial, validate: (answer: string) => check(answer) }));
}

/** Asks for one of a few values. */
export async function askChoice(question: ChoiceQuestion): Promise<string> {
  const { values, initial } = question;
  const choices = values.map(({ value, description }) => ({ title: value, value, description }));
  const index = Math.max(
    0,
    values.findIndex(({ value }) => value === initial),
  );
  return String(await put(question, { type: "select", choices, initial: index }));
}

/** Asks for one or more of a list. `initial` are chosen already. */
export async function askSeveral({ values, initial, ...question }: SeveralQuestion): Promise<string[]> {
  const choices = values.map(({ value, description }) => ({
    title: value,
    value,
    description,
    selected: initial.includes(value),
  }));
  const hint = "space chooses, enter goes on";
  const chosen = await put(question, { type: "multiselect", choices, min: 1, instructions: false, hint });
  return (chosen as unknown[]).map(String);
}

/** Without a terminal `prompts` would never settle: then the flag is named instead. */
async function put(
  { message, flag, allowed }: Question,
  kind: Omit<PromptObject<"answer">, "name" | "message">,
): Promise<unknown> {
  if (!allowed || !canAsk()) {
    throw new CliError(
      "AnswerNeeded",
      `"${message}" needs an answer, and there is no terminal to ask on: pass ${flag}`,
    );
  }
  stylePrompts();
  // It makes its coloured signs when it is loaded. "prompts" itself brings a second copy, for Node 6.
  const { default: prompts } = await import("prompts/lib/index.js");
  const { answer } = await prompts(
    { ...kind, name: "answer", message },
    {
      onCancel: () => {
        throw new CliError("Interrupted", "interrupted: nothing was written");
      },
    },
  );
  return answer;
}
