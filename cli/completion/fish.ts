import {
  type CompletionCommand,
  type CompletionFlag,
  type Completions,
  flagsWithValue,
  type Takes,
} from "./completions.js";

/** The completion of fish. */
export function fishScript(completions: Completions): string {
  const { commands, globalFlags } = completions;
  const names = commands.map(({ name, description }) => line("", `-a ${name} -d ${quoted(description)}`));
  return `# Completion of authwright for fish: authwright completion fish | source
function __authwright_is
    set -l found ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${flagsWithValue(completions).join(" ")}
                set skip 1
            case '-*'
            case '*'
                test -z "$found"; and set found $word
        end
    end
    test "$found" = "$argv[1]"
end
complete -c authwright -e
complete -c authwright -f
${[...names, ...globalFlags.map((flag) => flagLine("", flag)), ...commands.flatMap(commandLines)].join("\n")}
`;
}

function commandLines({ name, argument, flags }: CompletionCommand): string[] {
  const offered = offer(argument);
  return [...(offered ? [line(name, offered)] : []), ...flags.map((flag) => flagLine(name, flag))];
}

function flagLine(command: string, { name, description, takes }: CompletionFlag): string {
  const value =
    takes.kind === "nothing" ? "" : `${takes.kind === "file" ? "-r" : "-x"} ${offer(takes) ?? ""}`.trimEnd();
  return line(command, [`-l ${name.replace(/^--/, "")}`, value, `-d ${quoted(description)}`].filter(Boolean).join(" "));
}

function offer(takes: Takes): string | null {
  if (takes.kind === "values") return `-a ${quoted(takes.values.join(" "))}`;
  if (takes.kind === "folder") return "-a '(__fish_complete_directories (commandline -ct))'";
  return takes.kind === "file" ? "-F" : null;
}

function line(command: string, rest: string): string {
  return `complete -c authwright -n '__authwright_is "${command}"' ${rest}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
