import { EXIT, foldExitCodes } from '../kernel/errors.ts';
import { digestOf, type Digest } from '../kernel/digest.ts';
import { judgeClaims } from './claims/claims.ts';
import { judgeWhole } from './claims/whole.ts';
import { isoOf, readClocks } from './clocks.ts';
import { brokenNodes, type Evidence, originOf } from './evidence.ts';
import { factsOf } from './facts.ts';
import { collectFindings } from './findings/findings.ts';
import { collectLessons } from './lessons.ts';
import { listNotShown } from './not-shown.ts';
import { type ClaimState, type DrillRecord, type InjectionRecord, recordSchema, type TriggerRun } from './record.ts';
import { sponsorSentences } from './sponsor.ts';
import { parseDuration } from '../kernel/duration.ts';

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
}

/** The record: everything above, in the one form that all views are rendered from. */
export function assembleRecord(input: AssembleInput): DrillRecord {
  const { evidence } = input;
  const clocks = readClocks(evidence);
  const claims = judgeClaims(evidence, clocks);
  const { whole, reasons } = judgeWhole(evidence, claims);
  const leaked = evidence.all('leak').flatMap((leak) => leak.leaked);
  const baseline = evidence.all('reading').filter((reading) => reading.label === 'baseline');
  const bytes = baseline.reduce((total, reading) => total + reading.bytes, 0);
  const share = evidence.productionBytes === null || bytes === 0 ? null : bytes / evidence.productionBytes;
  const startedAt = isoOf(evidence.events[0]?.at.wallMs ?? 0);
  const isolation = evidence.all('isolation').at(-1) ?? {
    level: 'unknown',
    outsideReached: false,
    attempts: 0,
    escaped: [],
  };
  return recordSchema.parse({
    format: 'rollproof-record/1',
    drill: {
      id: input.drill.id,
      startedAt,
      endedAt: isoOf(evidence.events.at(-1)?.at.wallMs ?? 0),
      command: input.drill.command,
      unattended: input.drill.unattended,
    },
    plan: input.plan,
    scenario: {
      name: evidence.scenarioName,
      kind: evidence.scenario.kind,
      at: evidence.scenario.at,
      rollback: evidence.scenario.rollback,
      description: descriptionOf(evidence),
    },
    verdict: {
      whole,
      unclean: leaked.length > 0,
      exitCode: exitCodeOf({ evidence, whole, leaked: leaked.length > 0, interrupted: input.drill.interrupted }),
      reasons: [...reasons],
    },
    claims,
    sponsor: sponsorSentences({ evidence, claims, clocks, whole, share, startedAt }),
    clocks,
    injections: injectionsOf(evidence),
    truthDigest: evidence.all('truth-sealed').at(-1)?.digest ?? null,
    comparisons: evidence.all('comparison'),
    access: evidence.all('sweep'),
    checks: factsOf(evidence.events, 'check').map(({ facts: { gating, ...check }, monotonicMs }) => ({
      ...check,
      atMs: monotonicMs - originOf(evidence.events),
    })),
    triggers: triggersOf(evidence),
    jobs: evidence.all('jobs'),
    findings: collectFindings(evidence, clocks),
    lessons: collectLessons(evidence, clocks),
    restorePoints: evidence.all('restore-point'),
    notShown: listNotShown(evidence, clocks),
    environment: { host: input.host, isolation, profile: evidence.profile, machine: input.machine, leaked },
    versions: evidence.all('versions').at(-1) ?? {},
    schemaFingerprint: Object.fromEntries(baseline.map((reading) => [reading.store, reading.schema as Digest])),
    volume: {
      bytes,
      rows: baseline.reduce((total, reading) => total + reading.rows, 0),
      productionBytes: evidence.productionBytes,
      shareOfProduction: share,
    },
    journal: { events: evidence.events.length, digest: digestOf(evidence.events) },
  });
}

function descriptionOf(evidence: Evidence): string {
  return evidence.scenario.kind === 'S0'
    ? 'Clean return: the go-live succeeds, and the plan takes everything back.'
    : `Data corruption: after the go-live ${evidence.scenario.faults.map((fault) => fault.id).join(', ')} damages the data, and the plan takes everything back.`;
}

interface ExitInput {
  readonly evidence: Evidence;
  readonly whole: ClaimState;
  readonly leaked: boolean;
  readonly interrupted: boolean;
}

function exitCodeOf({ evidence, whole, leaked, interrupted }: ExitInput): number {
  const prepared = brokenNodes(evidence).filter((history) => history.node.stage === 'prepare');
  const codes = [
    ...(interrupted ? [EXIT.interrupted] : []),
    ...(leaked ? [EXIT.unclean] : []),
    ...(prepared.some((history) => history.outcome.blame === 'environment') ? [EXIT.environmentNotReady] : []),
    ...(prepared.some((history) => history.outcome.blame === 'backup') ? [EXIT.failed] : []),
    whole === 'proven' ? EXIT.ok : whole === 'failed' ? EXIT.failed : EXIT.inconclusive,
  ];
  return foldExitCodes(codes);
}

function injectionsOf(evidence: Evidence): readonly InjectionRecord[] {
  const detection = evidence.all('detection').at(-1);
  const t0 = factsOf(evidence.events, 'instant').find((note) => note.facts.name === 't0')?.monotonicMs;
  const t1 = factsOf(evidence.events, 'instant').find((note) => note.facts.name === 't1')?.monotonicMs;
  const afterMs = t0 === undefined || t1 === undefined ? null : t1 - t0;
  const seenBy =
    detection === undefined || detection.by === 'referee'
      ? []
      : [{ kind: detection.by, name: detection.name, afterMs }];
  return evidence.all('injection').map(({ applicable, ...injection }) => {
    const presence = evidence.all('presence').find((one) => one.fault === injection.fault);
    const remaining = evidence
      .all('remaining')
      .filter((one) => one.fault === injection.fault)
      .at(-1);
    return {
      ...injection,
      presence: presence ?? { shown: false, evidence: applicable ? 'no reading was made' : injection.description },
      seenBy,
      remaining: [...(remaining?.keys ?? [])],
    };
  });
}

function triggersOf(evidence: Evidence): readonly TriggerRun[] {
  const origin = originOf(evidence.events);
  const readings = factsOf(evidence.events, 'trigger-reading');
  const detection = evidence.all('detection').at(-1);
  const t1 = factsOf(evidence.events, 'instant').find((note) => note.facts.name === 't1')?.monotonicMs;
  return Object.entries(evidence.plan.triggers).map(([name, trigger]) => {
    const own = readings.filter((reading) => reading.facts.trigger === name);
    return {
      name,
      catalogue: trigger.catalogue ?? null,
      threshold: [
        trigger.above === undefined ? [] : [`above ${trigger.above}`],
        trigger.below === undefined ? [] : [`below ${trigger.below}`],
      ]
        .flat()
        .join(' or '),
      class: trigger.class,
      before: own.find((reading) => reading.facts.phase === 'before')?.facts.colour ?? 'unknown',
      readings: own.map((reading) => ({
        atMs: reading.monotonicMs - origin,
        value: reading.facts.value,
        red: reading.facts.colour === 'red',
      })),
      sustainedAtMs: detection?.by === 'trigger' && detection.name === name && t1 !== undefined ? t1 - origin : null,
      liveCadenceMs: parseDuration(trigger.every.live) ?? 0,
    };
  });
}
