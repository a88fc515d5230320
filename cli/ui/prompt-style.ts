import kleur from "kleur";
import figures from "prompts/lib/util/figures.js";
import { wantsColors } from "./colors.js";
import { speaksUnicode } from "./terminal.js";

const plain = {
  tick: "+",
  cross: "x",
  ellipsis: "...",
  pointerSmall: ">",
  pointer: ">",
  line: "-",
  radioOn: "(*)",
  radioOff: "( )",
};
const plainArrows = { arrowUp: "^", arrowDown: "v", arrowLeft: "<", arrowRight: ">" };

/** The questions follow what holds for every other line: NO_COLOR, and a locale that is not UTF-8. */
export function stylePrompts(env: NodeJS.ProcessEnv = process.env): void {
  kleur.enabled = wantsColors(env, process.stdout.isTTY);
  if (!speaksUnicode(env)) Object.assign(figures, plain, plainArrows);
}
