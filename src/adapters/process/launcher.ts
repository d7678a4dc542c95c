import type { Tools } from './tools.ts';

/** Exit code of a launcher that did not start its program. */
export const REFUSED_EXIT_CODE = 121;

/**
 * Stands before every program of an environment. It looks where it is and tries to get out, writes down what it saw, and
 * only then becomes the program. `bash -p` reads no start files and takes no functions from the program's environment.
 *
 * Channel 3, where asked for: one line of findings to us, then one line from us to go on. Nothing runs before we have
 * journalled the process and limited its memory; if we die meanwhile, the channel ends and so does the launcher.
 */
export const LAUNCHER_SCRIPT = `#!/bin/bash -p
# Rollproof starts every program of an environment through this script.
channel=$1 name=$2 expected=$3 may_escape=$4 parent=$5 log=$6 nonce=$7 targets=$8 readlink=$9
shift 9
env=$1 unwanted=$2 place=$3
shift 3

# Our parent may have died before the kernel was asked to tell us.
if [[ $parent != 0 && $PPID != "$parent" ]]; then exit ${REFUSED_EXIT_CODE}; fi
# Entering a namespace with mounts of its own has led to its top.
cd -- "$place" || exit ${REFUSED_EXIT_CODE}

here=$("$readlink" /proc/self/ns/net)
reached=
for target in $targets; do
  if { exec 4<>"/dev/tcp/\${target%:*}/\${target##*:}"; } 2>/dev/null; then
    said=
    IFS= read -r -t 2 -u 4 said
    exec 4>&-
    # Something else may listen on this port inside: only our own word counts.
    if [[ $said == "$nonce" ]]; then reached+=\${reached:+,}$target; fi
  fi
done

verdict=started
if [[ $expected != - && $here != "$expected" ]]; then verdict=refused; fi
if [[ -n $reached && $may_escape != yes ]]; then verdict=refused; fi
line="$name $$ $here \${reached:--} $verdict"
printf '%s\\n' "$line" >>"$log" || verdict=refused

if [[ $channel == wait ]]; then
  printf '%s\\n' "$line" >&3
  IFS= read -r -u 3 answer && [[ $answer == go ]] || exit ${REFUSED_EXIT_CODE}
  exec 3>&-
fi
if [[ $verdict == refused ]]; then
  printf 'rollproof: %s was not started: %s\\n' "$name" "$line" >&2
  exit ${REFUSED_EXIT_CODE}
fi
forget=()
for variable in $unwanted; do forget+=(-u "$variable"); done
exec "$env" "\${forget[@]}" "$@"
`;

export interface LauncherSettings {
  readonly tools: Tools;
  readonly scriptFile: string;
  readonly logFile: string;
  /** Undefined: the level is `none`, so there is nothing to compare and getting out is only recorded. */
  readonly namespace: string | undefined;
  readonly nonce: string;
  /** `address:port` */
  readonly targets: readonly string[];
  /** Whether it refuses to run without this process as its parent. */
  readonly diesWithUs: boolean;
}

export interface Launch {
  readonly name: string;
  readonly channel: 'wait' | 'now';
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Names that the program's own environment sets; bash's additions of the same name are left alone. */
  readonly variables: readonly string[];
}

/** Variables that bash adds by itself. */
const ADDED_BY_BASH = ['_', 'PWD', 'OLDPWD', 'SHLVL'] as const;

export function launcherArgv(settings: LauncherSettings, launch: Launch): readonly [string, ...string[]] {
  const { tools } = settings;
  return [
    tools.bash,
    '-p',
    settings.scriptFile,
    launch.channel,
    launch.name,
    settings.namespace ?? '-',
    settings.namespace === undefined ? 'yes' : 'no',
    settings.diesWithUs ? String(process.pid) : '0',
    settings.logFile,
    settings.nonce,
    settings.targets.join(' '),
    tools.readlink,
    tools.env,
    ADDED_BY_BASH.filter((name) => !launch.variables.includes(name)).join(' '),
    launch.cwd,
    ...launch.argv,
  ];
}

/** One line of the isolation log. */
export interface Attempt {
  readonly name: string;
  readonly pid: number;
  readonly namespace: string;
  readonly reached: readonly string[];
  readonly isStarted: boolean;
}

export function parseAttempt(line: string): Attempt | undefined {
  const [name, pid, namespace, reached, verdict] = line.trim().split(' ');
  if (name === undefined || namespace === undefined || reached === undefined || verdict === undefined) return undefined;
  return {
    name,
    pid: Number(pid),
    namespace,
    reached: reached === '-' ? [] : reached.split(','),
    isStarted: verdict === 'started',
  };
}
