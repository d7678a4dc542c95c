import { Option } from 'commander';
import type { CommandSpec } from './program.ts';
import { json, pg, profile, state } from './shared-options.ts';
import { TRIGGER_COMMANDS } from './trigger-commands.ts';

const unattended = new Option(
  '--unattended',
  'nobody is there: the policy calls the rollback, a failed step ends the drill',
);
const keep = new Option('--keep', 'leave the environment in place under its lease');
const hold = new Option('--hold <time>', 'leave it in place for so long, such as 8h');
const rows = new Option('--rows <count>', 'rows that are named of each table (default: 10)');
const repeated = (one: string, earlier: readonly string[] | undefined): readonly string[] => [...(earlier ?? []), one];
const leaveOut = new Option(
  '--leave-out <what>',
  'something that cannot be read here and need not be, as it is named there; may be repeated',
).argParser(repeated);
const values = new Option('--values', 'show the values of those rows too; in a terminal only, never in a file');

const ADDRESSES = `An address is postgresql://user@host:5432/database, a socket as postgresql://user@/database?host=/run/postgresql, or
env:NAME for a variable that holds one. PGPASSWORD and ~/.pgpass are heeded. Everything happens in one read-only
transaction, enforced by the server; row values never leave it.`;

export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'demo',
    section: 'First steps',
    about: 'rehearse a bundled example: a real move to a new CRM and its ways back, after what goes wrong',
    options: [
      new Option('--example <name>', 'which of the bundled examples')
        .choices(['northwind-crm', 'in-place-upgrade'])
        .default('northwind-crm'),
      pg,
      profile,
      json,
      state,
    ],
    help: 'Examples:\n  rollproof demo\n  rollproof demo --example in-place-upgrade\n  rollproof demo --pg npm',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    usage: 'try <backup...>',
    section: 'First steps',
    about: 'give a backup of your own a first proof, without a plan: dumps, base backups, folders',
    options: [
      new Option('--seed <number>', 'other damage; the same seed does the same'),
      new Option('--dry-run', 'say what would be done, and do nothing'),
      pg,
      profile,
      json,
      state,
    ],
    help: 'Examples:\n  rollproof try crm.dump\n  rollproof try crm.dump docs.tar.zst',
    load: async () => (await import('./commands/try.ts')).tryBackup,
  },
  {
    usage: 'init [folder]',
    section: 'First steps',
    about: 'start a plan: a small one with comments, or the bundled example',
    options: [
      new Option(
        '--template <name>',
        'minimal: a commented plan to fill in; in-place-upgrade: the example, ready to drill',
      )
        .choices(['minimal', 'in-place-upgrade'])
        .default('minimal'),
      pg,
      state,
    ],
    help: 'Nothing that exists is overwritten.\n\nExamples:\n  rollproof init rollback/crm-11\n  rollproof init example --template in-place-upgrade',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    usage: 'check [plan]',
    section: 'A plan and its drills',
    about: 'read a plan and say everything that is wrong or unsafe in it',
    options: [json],
    help: 'Example:\n  rollproof check plans/crm.yaml',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    usage: 'doctor',
    section: 'First steps',
    about: 'say what works on this machine and what is missing; with a plan, whether it fits here',
    options: [new Option('--plan <file>', 'also: space and rough time that this plan needs'), pg, json, state],
    help: 'Exit 0 when drills can run here, 3 otherwise.\n\nExamples:\n  rollproof doctor\n  rollproof doctor --plan rollproof.yaml',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    usage: 'drill [scenario...]',
    section: 'A plan and its drills',
    about: 'rehearse scenarios of a plan',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--all', 'every scenario of the plan'),
      unattended,
      new Option('--dry-run', 'say what would be done, and do nothing'),
      new Option(
        '--present <role=name>',
        'who has a role in this drill, or only that somebody is there; may be repeated',
      ).argParser(repeated),
      new Option('--absent <role>', 'drill without this person, by role or name; may be repeated').argParser(repeated),
      new Option('--decide <choice>', 'the decision, without asking: the rollback, another procedure, or fix-forward'),
      new Option('--as <role>', 'who decides so'),
      new Option('--because <text>', 'why, for the record'),
      new Option('--until <step>', 'run the plan’s steps up to this one; no verdict'),
      new Option('--from <step>', 'leave the plan’s steps before this one out; no verdict'),
      keep,
      hold,
      pg,
      profile,
      json,
      state,
    ],
    help: 'Examples:\n  rollproof drill clean-return --unattended\n  rollproof drill --all --plan plans/crm.yaml\n  rollproof drill data-corruption --until go-back.restore --keep\n  rollproof drill clean-return --absent dba --decide go-back --as sponsor',
    load: async () => (await import('./commands/drill.ts')).drill,
  },
  {
    usage: 'recheck [drill]',
    section: 'A plan and its drills',
    about: 'repeat the checks of a drill that had no answer, on the environment it kept',
    options: [new Option('--all', 'repeat those that had an answer too'), json, state],
    help: 'Only for drills run with --keep or --hold. Without a name: the latest of them.\n\nExamples:\n  rollproof recheck\n  rollproof recheck d-t5k2xq --all',
    load: async () => (await import('./commands/recheck.ts')).recheck,
  },
  {
    usage: 'report [drill...]',
    section: 'A plan and its drills',
    about: 'list the drills and trials, or show one again from its record',
    options: [
      new Option('--html <file>', 'write the report here'),
      new Option('--junit <file>', 'write JUnit XML of drills here'),
      new Option('--summary', 'print the summary (the default for one that is named)'),
      json,
      state,
    ],
    help: 'A drill or a trial is named by its id, by the beginning of it, or as "last". Several drills make one report.\n\nExamples:\n  rollproof report\n  rollproof report last --html report.html --junit junit.xml\n  rollproof report d-t5k2xq d-t5k30a --html both.html',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    usage: 'lessons [drill]',
    section: 'A plan and its drills',
    about: 'turn what a drill taught into a patch of the plan: measured p50 and p90, missing steps',
    options: [
      new Option('-o, --output <file>', 'write the patch here (default: to the standard output)'),
      new Option('--plan <file>', 'the plan (default: the file that was drilled)'),
      json,
      state,
    ],
    help: 'p50 and p90 come from every drill of the plan in the state folder in which the step did the same thing. Only what\nchanges is touched; comments and layout stay. Exit 0 written or nothing to learn, 10 the plan changed since the drill\nin these places, 2 for a plan that cannot be drilled.\n\nExamples:\n  rollproof lessons -o revision.patch && git apply revision.patch\n  rollproof lessons d-t5k2xq | git apply',
    load: async () => (await import('./commands/lessons.ts')).lessons,
  },
  {
    usage: 'findings [what] [id]',
    section: 'A plan and its drills',
    about: 'findings of all drills of a plan until a re-test closes them: who owes what until when',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--owner <role>', 'assign: who mends it'),
      new Option('--due <day>', 'assign: until when, such as 2026-12-01'),
      new Option('--by <role>', 'fixed, accept-risk: who says so'),
      new Option('--until <day>', 'accept-risk: from the day after it is open again'),
      new Option('--why <text>', 'the reason; accept-risk needs one'),
      new Option('--all', 'also those that a re-test closed'),
      json,
      state,
    ],
    help: 'A later drill of the same scenarios in which a finding does not occur closes it, if it went to its end; one in which\nit occurs opens it again. Overdue and critical ones come first. Exit 10 while a critical one is open, 11 when\nsomething could not be read, else 0.\n\nExamples:\n  rollproof findings\n  rollproof findings assign f-3b9c01d2 --owner dba --due 2026-12-01\n  rollproof findings fixed f-3b9c01d2 --by dba\n  rollproof findings accept-risk f-3b9c01d2 --by sponsor --until 2026-12-31 --why "one table, read once a year"',
    load: async () => (await import('./commands/findings.ts')).findings,
  },
  {
    usage: 'tabletop [scenario]',
    section: 'A plan and its drills',
    about: 'walk the named roles through the way back, step by step, and record what they say; nothing is started',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option(
        '--answers <file>',
        'what was said, as NDJSON: {"step":"go-back.lock","by":"Ines Falk","finding":"…"}',
      ),
      new Option('--new', 'begin again, although an earlier walk of this plan is not over'),
      json,
      state,
    ],
    help: 'An interrupted walk of the same plan goes on where it stopped. It shows that people know their steps, never that\nthe steps work or how long they take. Exit 0 walked by the roles that own the steps, 10 findings, 11 not all of it.\n\nExamples:\n  rollproof tabletop clean-return\n  rollproof tabletop clean-return --answers said.ndjson',
    load: async () => (await import('./commands/tabletop.ts')).tabletop,
  },
  {
    usage: 'runbook [scenario]',
    section: 'A plan and its drills',
    about: 'print the plan for the night: clock times, step cards, decision card, contacts',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--record <file>', 'record.json of the drill to hold it against').default('latest'),
      new Option('-o, --output <file>', 'HTML to write (default: <plan>-<scenario>.runbook.html)'),
      new Option('--zone <name>', 'whose clocks to print, such as Europe/Berlin (default: as the window is written)'),
      json,
      state,
    ],
    help: 'One HTML file for A4 or Letter, black and white, one step a sheet. Every page says whether exactly this plan\nwas drilled. Exit 0 once it is written, drilled or not; 2 for a plan that cannot be drilled.\n\nExamples:\n  rollproof runbook data-corruption -o friday.html\n  rollproof runbook --plan plans/crm.yaml --zone Europe/Berlin\n  rollproof runbook clean-return --record record.json --json',
    load: async () => (await import('./commands/runbook.ts')).runbook,
  },
  ...TRIGGER_COMMANDS,
  {
    usage: 'record [what]',
    section: 'A plan and its drills',
    about: 'key in what was written on paper: who did what when, with the time it is keyed in beside it',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--at <time>', 'when it happened, with its zone: 2026-12-04T18:05+01:00'),
      new Option('--by <name>', 'who did it'),
      new Option(
        '--happened <what>',
        'what happened (default: done; decided for the decision, read for a trigger)',
      ).choices(['begun', 'done', 'failed', 'left-out', 'decided', 'read', 'noted']),
      new Option('--saw <text>', 'what was observed'),
      new Option('--corrects <number>', 'the entry that this one takes the place of; it stays, marked as corrected'),
      new Option('--file <file>', 'many at once: CSV with columns about,what,by,at,observation,corrects, or NDJSON'),
      new Option('--list', 'show what was keyed in'),
      json,
      state,
    ],
    help: 'What: a step such as go-back.restore (or restore, if only one procedure has it), decision, or triggers.NAME.\nWithout it, a terminal asks card by card. A file is written as a whole or not at all. Nothing is ever changed or\nremoved. Exit 0 written or shown, 2 something is wrong in what was given, 11 the log was changed by somebody.\n\nExamples:\n  rollproof record go-back.restore --at 2026-12-06T03:12+01:00 --by "Ines Falk" --saw "412 GiB, no message"\n  rollproof record decision --at 2026-12-06T02:50+01:00 --by "Paul Okafor" --saw "go back"\n  rollproof record --file cards.csv\n  rollproof record --list',
    load: async () => (await import('./commands/record.ts')).record,
  },
  {
    usage: 'baseline',
    section: 'Exact comparison, without a plan',
    about: 'write down exactly what is in a database or folder, and compare with that later',
    help: `${ADDRESSES}\n\nExamples:\n  rollproof baseline capture postgresql://reader@db1/crm --out friday.json\n  rollproof baseline compare postgresql://reader@db1/crm friday.json`,
    children: [
      {
        usage: 'capture <what>',
        about: 'read a database or folder and write its baseline: sums and definitions, no row values',
        options: [
          new Option('-o, --out <file>', 'file to write (default: <name>.baseline.json)'),
          new Option('--with-dump <file>', 'also write a pg_dump of exactly the same moment, in its custom format'),
          new Option('--force', 'overwrite these files'),
          leaveOut,
          pg,
          json,
        ],
        help: `${ADDRESSES}\nExit 0 when everything was read, 11 when something could not be.
With --with-dump, baseline and dump see one snapshot, whatever is written meanwhile: named together at a restore point of
a plan, they let its drill show that the backup is complete. Both files are written whole or not at all.\n\nExamples:\n  rollproof baseline capture env:PROD_RO --with-dump crm.dump -o crm.baseline\n  rollproof baseline capture postgresql://reader@db1/crm --out friday.json\n  rollproof baseline capture env:PROD_RO --out friday.json\n  rollproof baseline capture /srv/documents --out documents.json`,
        load: async () => (await import('./commands/baseline.ts')).capture,
      },
      {
        usage: 'compare <what> <baseline>',
        about: 'compare a database or folder as it is now with a baseline',
        options: [rows, leaveOut, json],
        help: `${ADDRESSES}\nExit 0 equal, 10 different, 11 not everything could be read.\n\nExamples:\n  rollproof baseline compare postgresql://reader@db1/crm friday.json\n  rollproof baseline compare env:PROD_RO friday.json --leave-out "passwords of roles"`,
        load: async () => (await import('./commands/baseline.ts')).compare,
      },
    ],
  },
  {
    usage: 'diff <earlier> <later>',
    section: 'Exact comparison, without a plan',
    about: 'compare two databases, two folders, or either with a baseline: rows and columns named',
    options: [rows, values, leaveOut, json],
    help: `${ADDRESSES}\nExit 0 equal, 10 different, 11 not everything could be read.\n\nExamples:\n  rollproof diff postgresql://reader@db1/crm postgresql://reader@db2/crm --values\n  rollproof diff /srv/documents /restored/documents\n  rollproof diff friday.json postgresql://reader@db1/crm`,
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    usage: 'faults [id]',
    section: 'A plan and its drills',
    about: 'list what is known to go wrong, or show one entry',
    options: [
      new Option('--family <name>', 'only one family').choices(['TR', 'DC', 'IF', 'GF', 'BK']),
      new Option('--available', 'only what this release can do'),
      json,
    ],
    help: 'Examples:\n  rollproof faults\n  rollproof faults DC-04\n  rollproof faults --family DC --available',
    load: async () => (await import('./commands/faults.ts')).faults,
  },
  {
    usage: 'env',
    section: 'What is on this machine',
    about: 'the environments that exist: list, look inside, remove',
    help: 'Examples:\n  rollproof env list\n  rollproof env shell d-t5k2xq\n  rollproof env rm d-t5k2xq',
    children: [
      {
        usage: 'list',
        about: 'environments with owner, lease and processes',
        options: [json, state],
        help: 'Example:\n  rollproof env list',
        load: async () => (await import('./commands/env.ts')).list,
      },
      {
        usage: 'shell <id> [command...]',
        about: 'open bash, or run a command, inside an environment; addresses are in variables',
        options: [state],
        help: 'Examples:\n  rollproof env shell d-t5k2xq\n  rollproof env shell d-t5k2xq -- sh -c \'psql "$DB"\'',
        load: async () => (await import('./commands/env.ts')).shell,
      },
      {
        usage: 'rm <id...>',
        about: 'end everything in an environment and remove it',
        options: [new Option('--force', 'also one whose drill is still running'), json, state],
        help: 'Example:\n  rollproof env rm d-t5k2xq',
        load: async () => (await import('./commands/env.ts')).rm,
      },
    ],
  },
  {
    usage: 'clean',
    section: 'What is on this machine',
    about: 'remove what dead drills left behind and all row values; with --all, results and caches too',
    options: [
      new Option('--all', 'everything under the state folder: kept environments, results, caches, journal'),
      new Option('--yes', 'do not ask'),
      json,
      state,
    ],
    help: 'Examples:\n  rollproof clean\n  rollproof clean --all --yes',
    load: async () => (await import('./commands/clean.ts')).clean,
  },
];
