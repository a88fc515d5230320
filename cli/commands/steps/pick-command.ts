import { isFile } from "../../text/text-file.js";
import { askChoice } from "../../ui/ask.js";

const ofProject = [
  { value: "add", description: "put auth, or more of it, into this project" },
  { value: "update", description: "bring what is installed to this version" },
  { value: "diff", description: "show what you have changed, and what this version changes" },
  { value: "doctor", description: "check this project's auth set-up" },
  { value: "list", description: "list the items there are" },
];
const ofFolder = [
  { value: "init", description: "make a new Express + TypeScript project with auth in it" },
  { value: "list", description: "list the items there are" },
];

/** Which command a person wants who has typed none. */
export async function pickCommand(): Promise<string> {
  const [inProject, installed] = await Promise.all([isFile("package.json"), isFile("authwright.json")]);
  const values = !inProject ? ofFolder : installed ? ofProject : [ofProject[0]!, ofProject.at(-1)!];
  return askChoice({
    message: "What is to be done?",
    flag: 'a command ("authwright --help" lists them)',
    allowed: true,
    initial: values[0]!.value,
    values,
  });
}
