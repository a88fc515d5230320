import { type CompletionCommand, type Completions, flagsWithValue, type Takes } from "./completions.js";

/** The completion of bash, 3.2 (macOS) and newer. */
export function bashScript(completions: Completions): string {
  const { commands, globalFlags } = completions;
  const names = commands.map(({ name }) => name);
  return `# Completion of authwright for bash: eval "$(authwright completion bash)"
_authwright() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" command="" skip="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${flagsWithValue(completions).join("|")}) skip=1 ;;
      -*) ;;
      *) command="\${command:-$word}" ;;
    esac
  done
  COMPREPLY=()
  if [[ -n "$skip" ]]; then
    case "$command $prev" in
${commands.flatMap(valueCases).join("\n")}
    esac
    return
  fi
  case "$command" in
${commands.map(commandCase).join("\n")}
    "") _authwright_words "${words(globalFlags)}" "${names.join(" ")}" ;;
  esac
}
# The flags where a flag is begun, else the words.
_authwright_words() {
  local IFS=$' \\n' words="$2"
  if [[ "$cur" == -* ]]; then words="$1"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
_authwright_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
complete -F _authwright authwright
`;
}

function valueCases({ name, flags }: CompletionCommand): string[] {
  return flags
    .filter(({ takes }) => !["nothing", "text"].includes(takes.kind))
    .map((flag) => `      "${name} ${flag.name}") ${offer(flag.takes, "")} ;;`);
}

function commandCase({ name, flags, argument }: CompletionCommand): string {
  const offered = offer(argument, words(flags));
  if (argument.kind !== "folder" && argument.kind !== "file") return `    ${name}) ${offered} ;;`;
  return `    ${name}) if [[ "$cur" == -* ]]; then ${offer({ kind: "nothing" }, words(flags))}; else ${offered}; fi ;;`;
}

function offer(takes: Takes, flags: string): string {
  if (takes.kind === "folder") return "_authwright_paths -d";
  if (takes.kind === "file") return "_authwright_paths -f";
  return `_authwright_words "${flags}" "${takes.kind === "values" ? takes.values.join(" ") : ""}"`;
}

function words(flags: CompletionCommand["flags"]): string {
  return flags.map(({ name }) => name).join(" ");
}
