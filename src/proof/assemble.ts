import { findCatalogueEntry } from '../catalogue/catalogue.ts';
import { digestOf } from '../kernel/digest.ts';
import { brokenOffAt, placeInWords } from '../plan/departure-point.ts';
import { judgeClaims } from './claims/claims.ts';
import { judgeWhole } from './claims/whole.ts';
import { readClocks } from './clocks.ts';
import { type Evidence, momentsOf } from './evidence.ts';
import { exitCodeOf } from './exit-code.ts';
import { collectFindings } from './findings/findings.ts';
import { flowMapOf } from './flow-map.ts';
import { instantsOf, isoOf } from './instants.ts';
import { collectLessons } from './lessons.ts';
import { messagesOf } from './messages.ts';
import { listNotShown } from './not-shown.ts';
import { injectionsOf, triggersOf, twistsOf } from './observed.ts';
import { decisionOf, rosterRecordOf } from './people.ts';
import { type Claim, type Clocks, type DrillRecord, recordSchema, type RosterRecord } from './record.ts';
import { sponsorSentences } from './sponsor.ts';
import { volumeOf } from './volume.ts';
import { recoveryPointOf, worksOf } from './work.ts';

export interface AssembleInput {
  readonly evidence: Evidence;
  readonly drill: {
    readonly id: string;
    readonly command: string;
    readonly unattended: boolean;
    readonly interrupted: boolean;
  };
  readonly plan: DrillRecord['plan'];
  readonly host: string;
  readonly machine: string;
  /** Who took part in which earlier drill. */
  readonly attended?: RosterRecord['earlier'];
}

/** The record: all that was found out and judged, in the one form that all views are rendered from. */
export function assembleRecord(input: AssembleInput): DrillRecord {
  const { evidence } = input;
  const clocks = readClocks(evidence);
  const claims = judgeClaims(evidence, clocks);
  return recordSchema.parse({
    format: 'rollproof-record/1',
    plan: input.plan,
    scenario: scenarioOf(evidence),
    clocks,
    claims,
    ...judgedOf(input, { claims, clocks }),
    ...observedOf(evidence),
    flowMap: flowMapOf(evidence, claims),
    decision: decisionOf(evidence),
    roster: rosterRecordOf(evidence, input.attended ?? []),
    environment: environmentOf(input),
    volume: volumeOf(evidence),
    journal: { events: evidence.events.length, digest: digestOf(evidence.events) },
  });
}

function judgedOf(
  { evidence, drill }: AssembleInput,
  { claims, clocks }: { readonly claims: readonly Claim[]; readonly clocks: Clocks },
): Pick<DrillRecord, 'drill' | 'verdict' | 'sponsor' | 'findings' | 'lessons' | 'notShown'> {
  const { whole, reasons } = judgeWhole(evidence, claims);
  const unclean = leakedIn(evidence).length > 0;
  const exitCode = exitCodeOf(evidence, { whole, leaked: unclean, interrupted: drill.interrupted });
  const startedAt = isoOf(evidence.events[0]?.at.wallMs ?? 0);
  const endedAt = isoOf(evidence.events.at(-1)?.at.wallMs ?? 0);
  return {
    drill: { id: drill.id, startedAt, endedAt, command: drill.command, unattended: drill.unattended },
    verdict: { whole, unclean, exitCode, reasons: [...reasons] },
    sponsor: sponsorSentences({ evidence, claims, clocks, whole, startedAt }),
    findings: [...collectFindings(evidence, clocks)],
    lessons: [...collectLessons(evidence, clocks)],
    notShown: [...listNotShown(evidence)],
  };
}

/** Facts as they were noted; the schema drops what only the judges need. */
function observedOf(evidence: Evidence): object {
  const baselines = evidence.all('reading').filter((reading) => reading.label === 'baseline');
  return {
    injections: injectionsOf(evidence, instantsOf(evidence)),
    twists: twistsOf(evidence),
    fallback: evidence.all('fallback').at(-1) ?? null,
    truthDigest: evidence.all('truth-sealed').at(-1)?.digest ?? null,
    comparisons: evidence.all('comparison'),
    work: worksOf(evidence),
    rpa: recoveryPointOf(evidence, instantsOf(evidence)),
    access: evidence.all('sweep'),
    checks: momentsOf(evidence, 'check').map(({ facts, atMs }) => ({ ...facts, atMs })),
    triggers: triggersOf(evidence),
    flows: evidence.all('flow-stop'),
    flowChanges: evidence.all('flow-changes'),
    flowTraffic: evidence.all('flow-traffic'),
    delta: evidence.all('delta'),
    writers: evidence.all('writers'),
    jobs: evidence.all('jobs'),
    messages: messagesOf(evidence),
    restorePoints: evidence.all('restore-point'),
    versions: evidence.all('versions').at(-1) ?? {},
    schemaFingerprint: Object.fromEntries(baselines.map((reading) => [reading.store, reading.schema])),
  };
}

function scenarioOf({ scenario, scenarioName }: Evidence): DrillRecord['scenario'] {
  const faults = scenario.faults.map((fault) => fault.id).join(', ');
  const twists = scenario.twists.map((twist) => `${twist.id} ${findCatalogueEntry(twist.id)?.name ?? ''}`.trimEnd());
  const under = twists.length === 0 ? '' : ` Under ${twists.join(', ')}.`;
  const broken = brokenOffAt(scenario);
  const when = broken === null ? 'after the go-live' : `at the step ${broken.step} of the go-live`;
  const description = `${DESCRIPTION[scenario.kind](faults, when)}${under}`;
  return {
    name: scenarioName,
    kind: scenario.kind,
    at: placeInWords(scenario),
    rollback: scenario.rollback,
    description,
  };
}

const DESCRIPTION: Readonly<Record<DrillRecord['scenario']['kind'], (faults: string, when: string) => string>> = {
  S0: () => 'Clean return: the go-live succeeds, and the plan takes everything back.',
  S1: (faults, when) => `Data corruption: ${when} ${faults} damages the data, and the plan takes everything back.`,
  S2: (faults, when) => `Integration failure: ${when} ${faults} hits a flow; it is taken back, the rest goes on.`,
  S3: (faults, when) =>
    `Full rollback: ${when} ${faults === '' ? 'everything fails' : `${faults} happens`}, and the plan takes everything back.`,
};

function environmentOf({ evidence, host, machine }: AssembleInput): DrillRecord['environment'] {
  const noted = evidence.all('isolation').at(-1);
  const isolation =
    noted === undefined
      ? { level: 'unknown', outsideReached: false, attempts: 0, escaped: [] }
      : { ...noted, escaped: [...noted.escaped] };
  return { host, isolation, profile: evidence.profile, machine, leaked: [...leakedIn(evidence)] };
}

function leakedIn(evidence: Evidence): readonly string[] {
  return evidence.all('leak').flatMap((leak) => leak.leaked);
}
