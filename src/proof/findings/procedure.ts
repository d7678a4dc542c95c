import { formatDuration } from '../../kernel/duration.ts';
import type { Blame } from '../../journal/journal.ts';
import { undetectable } from '../claims/void.ts';
import { type BrokenNode, brokenNodes, type Evidence, isTrusted, skippedByHand } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import type { Clocks } from '../record.ts';
import type { FindingDraft } from './draft.ts';

export function fromSteps(evidence: Evidence): readonly FindingDraft[] {
  const broken = brokenNodes(evidence)
    .filter((history) => history.node.stage !== 'release')
    .map((history) => fromBroken(history, isTrusted(evidence, history.endAt ?? 0)));
  const byHand = skippedByHand(evidence).map(
    (history): FindingDraft => ({
      what: 'step-skipped',
      where: history.node.id,
      severity: 'high',
      phase: history.node.stage,
      title: `${history.node.id} was skipped by hand`,
      expected: 'every step is carried out as written',
      actual: history.skipped ?? '',
      next: 'Change the plan, or drill again without skipping.',
      blame: 'plan',
      step: history.node.id,
    }),
  );
  return [...broken, ...byHand];
}

const NEXT: Readonly<Record<Blame, string>> = {
  plan: 'Mend the step in the plan and drill again.',
  backup: 'Make a restore point that can be restored, and drill again.',
  environment: 'Mend the environment and drill again; this says nothing about the plan.',
  rollproof: 'Drill again, and report it if it happens again; this says nothing about the plan.',
};

function fromBroken({ node, outcome }: BrokenNode, isTrusted: boolean): FindingDraft {
  const blame = isTrusted ? outcome.blame : 'environment';
  const isRollback = node.stage === 'roll back' && (blame === 'plan' || blame === 'backup');
  return {
    what: 'step-failed',
    where: node.id,
    severity: isRollback ? 'critical' : 'high',
    phase: node.stage,
    title: `${node.id} ${outcome.kind === 'unknown' ? 'ended and nobody knows how' : 'failed'}`,
    expected: 'it succeeds',
    actual: outcome.detail,
    next: NEXT[blame],
    blame,
    step: node.id,
  };
}

export function fromDetection(evidence: Evidence): readonly FindingDraft[] {
  const detection = evidence.all('detection').at(-1);
  const red = new Set(
    evidence
      .all('trigger-reading')
      .filter((reading) => reading.phase === 'before' && reading.colour === 'red')
      .map((reading) => reading.trigger),
  );
  const early = [...red].map(
    (trigger): FindingDraft => ({
      what: 'always-red',
      where: trigger,
      severity: 'high',
      phase: 'detect',
      title: `trigger ${trigger} is red although nothing is damaged`,
      expected: 'green before the fault',
      actual: 'red',
      next: 'Correct its threshold; a trigger that is always red shows nothing.',
      blame: 'plan',
      step: null,
    }),
  );
  if (evidence.scenario.kind === 'S0') return [...early, ...falseAlarm(detection)];
  if (detection?.by !== 'referee' || undetectable(evidence) !== null) return early;
  const faults = evidence
    .all('injection')
    .filter(({ applicable }) => applicable)
    .map((injection) => `${injection.fault} ${injection.name}`)
    .join(', ');
  return [
    ...early,
    {
      what: 'not-detected',
      where: faults,
      severity: 'high',
      phase: 'detect',
      title: 'nothing in the plan noticed the damage',
      expected: 'a trigger or a live check turns red',
      actual: `${faults} went unseen`,
      next: 'Add a trigger or a check that sees this kind of damage: rollproof faults shows what sees it.',
      blame: 'plan',
      step: null,
    },
  ];
}

function falseAlarm(detection: Facts['detection'] | undefined): readonly FindingDraft[] {
  if (detection?.falseAlarm !== true) return [];
  return [
    {
      what: 'false-alarm',
      where: detection.name,
      severity: 'high',
      phase: 'detect',
      title: `${detection.by} ${detection.name} turned red without any damage`,
      expected: 'green, because nothing was damaged',
      actual: 'red',
      next: 'Correct its threshold or its query; it would call for a rollback of a healthy system.',
      blame: 'plan',
      step: null,
    },
  ];
}

export function fromTime(evidence: Evidence, clocks: Clocks): readonly FindingDraft[] {
  const slow = clocks.bars.filter((bar) => bar.expected !== null && bar.endMs - bar.startMs > bar.expected.p90Ms);
  const over = clocks.marginMs !== null && clocks.marginMs < 0;
  const limit: readonly FindingDraft[] = over
    ? [
        {
          what: 'over-the-limit',
          where: evidence.scenario.rollback,
          severity: 'high',
          phase: 'time',
          title: 'the rollback takes longer than its limit',
          expected: formatDuration(clocks.limitMs ?? 0),
          actual: formatDuration(clocks.rtaMs ?? 0),
          next: 'Look at the critical path in the timeline: the longest bars are where time can be saved.',
          blame: 'plan',
          step: null,
        },
      ]
    : [];
  return [
    ...limit,
    ...slow.map(
      (bar): FindingDraft => ({
        what: 'slow-step',
        where: bar.id,
        severity: 'low',
        phase: bar.clock ?? 'go live',
        title: `${bar.id} took longer than expected`,
        expected: `p90 ${formatDuration(bar.expected?.p90Ms ?? 0)}`,
        actual: formatDuration(bar.endMs - bar.startMs),
        next: 'Correct the expectation, or find out why.',
        blame: 'plan',
        step: bar.id,
      }),
    ),
  ];
}
