import { type CompletionCommand, type Completions, flagsWithValue, type Takes } from "./completions.js";

/** The completion of zsh: to be sourced after compinit, or put into $fpath as _authwright. */
export function zshScript(completions: Completions): string {
  const { commands, globalFlags } = completions;
  return `#compdef authwright
# Completion of authwright for zsh: eval "$(authwright completion zsh)"
_authwright() {
  local command="" skip="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      (${flagsWithValue(completions).join("|")}) skip=1 ;;
      (-*) ;;
      (*) command="\${command:-$word}" ;;
    esac
  done
  local -a offered
  if [[ -n "$skip" ]]; then
    case "$command \${words[CURRENT-1]}" in
${commands.flatMap(valueCases).join("\n")}
    esac
    return
  fi
  if [[ "$PREFIX" == -* ]]; then
    case "$command" in
${commands.map(flagCase).join("\n")}
      (*) offered=(${described(globalFlags)}) ;;
    esac
    _describe flag offered
    return
  fi
  case "$command" in
${commands.flatMap(argumentCase).join("\n")}
    ("") offered=(${described(commands)}); _describe command offered ;;
  esac
}
if [[ "\${funcstack[1]}" == _authwright ]]; then _authwright "$@"; else compdef _authwright authwright; fi
`;
}

function valueCases({ name, flags }: CompletionCommand): string[] {
  return flags.flatMap((flag) => {
    const offered = offer(flag.takes);
    return offered ? [`      ("${name} ${flag.name}") ${offered} ;;`] : [];
  });
}

function flagCase({ name, flags }: CompletionCommand): string {
  return `      (${name}) offered=(${described(flags)}) ;;`;
}

function argumentCase({ name, argument }: CompletionCommand): string[] {
  const offered = offer(argument);
  return offered ? [`    (${name}) ${offered} ;;`] : [];
}

function offer(takes: Takes): string | null {
  if (takes.kind === "values") return `compadd -- ${takes.values.join(" ")}`;
  if (takes.kind === "folder") return "_path_files -/";
  return takes.kind === "file" ? "_files" : null;
}

function described(things: readonly { readonly name: string; readonly description: string }[]): string {
  return things.map(({ name, description }) => quoted(`${name}:${description}`)).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
