import { formatDuration } from '../kernel/duration.ts';
import { detailOf, requiredClaims } from './claims.ts';
import { brokenNodes, type Evidence, environmentTroubles, skippedByHand } from './evidence.ts';
import type { Bar, Clocks, Finding, Lesson } from './record.ts';

type Draft = Omit<Finding, 'id'>;

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'note'] as const;

/** Everything that somebody should do something about, worst first, numbered in that order. */
export function collectFindings(evidence: Evidence, clocks: Clocks): readonly Finding[] {
  const drafts = [
    ...fromComparisons(evidence),
    ...fromChecks(evidence),
    ...fromAccess(evidence),
    ...fromSteps(evidence),
    ...fromDetection(evidence),
    ...fromRestorePoints(evidence),
    ...fromJobs(evidence),
    ...fromTime(evidence, clocks),
    ...fromEnvironment(evidence),
  ];
  const ordered = [...drafts].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  return ordered.map((draft, index) => ({ id: `F-${String(index + 1).padStart(2, '0')}`, ...draft }));
}

function fromComparisons(evidence: Evidence): readonly Draft[] {
  return evidence.all('comparison').flatMap((comparison): readonly Draft[] => {
    const notes = comparison.notes.map((note): Draft => ({ severity: 'note', phase: 'verify', title: note, expected: 'as before', actual: note, next: 'Nothing, unless gaps in this number matter to you; then list it under `gapless`.', blame: 'plan', step: null }));
    if (comparison.verdict !== 'different') return notes;
    const between = comparison.reading === 'between seal and first change';
    const actual = detailOf(comparison);
    return [
      {
        severity: 'critical',
        phase: between ? 'go live' : 'verify',
        title: between ? `${comparison.store} changed after the baseline was sealed` : `${comparison.store} is not as it was (${comparison.reading})`,
        expected: `equal to the ${comparison.comparedWith}`,
        actual,
        next: between ? 'Find who still writes after the freeze, and stop it in the go-live.' : 'Find the step that should have brought these back; if the change is right, declare it under `differences` with its reason.',
        blame: 'plan',
        step: null,
      },
      ...notes,
    ];
  });
}

function fromChecks(evidence: Evidence): readonly Draft[] {
  return evidence.all('check').flatMap((check): readonly Draft[] => {
    if (check.outcome === 'passed') return [];
    const unknown = check.outcome === 'unknown';
    return [
      {
        severity: check.when === 'verify' ? (unknown ? 'high' : 'critical') : 'medium',
        phase: check.when,
        title: unknown ? `check ${check.name} could not be asked` : `check ${check.name} failed`,
        expected: check.expected,
        actual: check.actual,
        next: unknown ? 'Mend the check; until then nothing is known about this.' : 'Look at the system named, at this state of the drill.',
        blame: 'plan',
        step: null,
      },
    ];
  });
}

function fromAccess(evidence: Evidence): readonly Draft[] {
  return evidence.all('sweep').flatMap((sweep) => {
    const opened = sweep.anonymous.filter((one) => one.changed);
    const anonymous = opened.map((one): Draft => ({ severity: 'critical', phase: 'verify', title: `${one.path} answers differently without login`, expected: one.before, actual: one.after, next: 'Close it before anybody is let in; look at the permission rows.', blame: 'plan', step: null }));
    const changed = sweep.users.filter((user) => user.changes.length > 0);
    const users = changed.map((user): Draft => ({ severity: 'high', phase: 'verify', title: `${user.user} (${user.role}) cannot do what they could before`, expected: 'the same as before', actual: user.changes.join('; '), next: 'Compare this user’s row and role with the state before.', blame: 'plan', step: null }));
    return [...anonymous, ...users];
  });
}

function fromSteps(evidence: Evidence): readonly Draft[] {
  const broken = brokenNodes(evidence)
    .filter((history) => history.node.stage !== 'release')
    .map((history): Draft => ({
      severity: history.node.stage === 'roll back' ? 'critical' : 'high',
      phase: history.node.stage,
      title: `${history.node.id} ${history.outcome.kind === 'unknown' ? 'ended and nobody knows how' : 'failed'}`,
      expected: 'it succeeds',
      actual: history.outcome.detail,
      next: history.outcome.blame === 'environment' ? 'Mend the environment and drill again; this says nothing about the plan.' : 'Mend the step in the plan and drill again.',
      blame: history.outcome.blame,
      step: history.node.id,
    }));
  const byHand = skippedByHand(evidence).map((history): Draft => ({ severity: 'high', phase: history.node.stage, title: `${history.node.id} was skipped by hand`, expected: 'every step is carried out as written', actual: history.skipped ?? '', next: 'Change the plan, or drill again without skipping.', blame: 'plan', step: history.node.id }));
  return [...broken, ...byHand];
}

function fromDetection(evidence: Evidence): readonly Draft[] {
  const detection = evidence.all('detection').at(-1);
  const red = new Set(evidence.all('trigger-reading').filter((reading) => reading.phase === 'before' && reading.colour === 'red').map((reading) => reading.trigger));
  const early = [...red].map((trigger): Draft => ({ severity: 'high', phase: 'detect', title: `trigger ${trigger} is red although nothing is damaged`, expected: 'green before the fault', actual: 'red', next: 'Correct its threshold; a trigger that is always red shows nothing.', blame: 'plan', step: null }));
  if (evidence.scenario.kind === 'S0' || detection?.by !== 'referee') return early;
  const faults = evidence.all('injection').map((injection) => `${injection.fault} ${injection.name}`).join(', ');
  return [...early, { severity: 'high', phase: 'detect', title: 'nothing in the plan noticed the damage', expected: 'a trigger or a live check turns red', actual: `${faults} went unseen`, next: 'Add a trigger or a check that sees this kind of damage: rollproof faults shows what sees it.', blame: 'plan', step: null }];
}

function fromRestorePoints(evidence: Evidence): readonly Draft[] {
  const messages = evidence.all('restore-point').flatMap((point) =>
    point.messages
      .filter((message) => message.severity !== 'note')
      .map((message): Draft => ({ severity: message.severity === 'error' ? 'medium' : 'low', phase: 'restore', title: `restoring ${point.store}: ${message.pattern}`, expected: 'no message', actual: `${message.count} times, such as: ${message.examples[0] ?? ''}`, next: 'Decide whether the restore on the night may end like this.', blame: 'backup', step: null })),
  );
  const statistics = evidence.all('statistics').map((one): Draft => ({ severity: 'medium', phase: 'verify', title: `${one.store} has tables without statistics after the restore`, expected: 'the planner knows the data before users come', actual: one.missing.slice(0, 6).join(', '), next: 'Add a step that runs ANALYZE before opening.', blame: 'plan', step: null }));
  return [...messages, ...statistics];
}

function fromJobs(evidence: Evidence): readonly Draft[] {
  return evidence
    .all('jobs')
    .filter((jobs) => jobs.held && jobs.stored.length > 0)
    .map((jobs): Draft => ({ severity: 'note', phase: 'restore', title: `${jobs.stored.length} jobs came back armed in the data of ${jobs.system}`, expected: 'somebody knows about them', actual: jobs.stored.slice(0, 8).join(' | '), next: 'They were held until the end; make sure that they are held on the night too.', blame: 'plan', step: null }));
}

function fromTime(evidence: Evidence, clocks: Clocks): readonly Draft[] {
  const slow = clocks.bars.filter((bar) => bar.expected !== null && bar.endMs - bar.startMs > bar.expected.p90Ms);
  const over = clocks.marginMs !== null && clocks.marginMs < 0;
  const limit: readonly Draft[] = over ? [{ severity: 'high', phase: 'time', title: 'the rollback takes longer than its limit', expected: formatDuration(clocks.limitMs ?? 0), actual: formatDuration(clocks.rtaMs ?? 0), next: 'Look at the critical path in the timeline: the longest bars are where time can be saved.', blame: 'plan', step: null }] : [];
  return [
    ...limit,
    ...slow.map((bar): Draft => ({ severity: 'low', phase: bar.clock ?? 'go live', title: `${bar.id} took longer than expected`, expected: `p90 ${formatDuration(bar.expected?.p90Ms ?? 0)}`, actual: formatDuration(bar.endMs - bar.startMs), next: 'Correct the expectation, or find out why.', blame: 'plan', step: bar.id })),
  ];
}

function fromEnvironment(evidence: Evidence): readonly Draft[] {
  const troubles = environmentTroubles(evidence).map((what): Draft => ({ severity: 'high', phase: 'environment', title: what, expected: 'the environment holds', actual: what, next: 'Give the drill more room or mend it, and drill again; the plan is not to blame.', blame: 'environment', step: null }));
  const isolation = evidence.all('isolation').at(-1);
  const level: readonly Draft[] = isolation?.level === 'none' ? [{ severity: 'medium', phase: 'environment', title: 'outward connections could not be denied here', expected: 'a network namespace', actual: 'level none', next: 'Run as root or allow user namespaces; or demand a level in the plan with `isolation`.', blame: 'environment', step: null }] : [];
  const escaped = (isolation?.level === 'none' ? [] : (isolation?.escaped ?? [])).map((process): Draft => ({ severity: 'critical', phase: 'environment', title: `${process} reached the outside`, expected: 'no connection leaves the environment', actual: 'it got out', next: 'This is a defect of Rollproof: please report it.', blame: 'rollproof', step: null }));
  const leaks = evidence.all('leak').flatMap((leak) => leak.leaked.map((left): Draft => ({ severity: 'high', phase: 'release', title: `left behind: ${left}`, expected: 'nothing is left', actual: left, next: 'Run rollproof clean, and report it.', blame: 'rollproof', step: null })));
  const opened = evidence.all('truth-opened').filter((one) => one.earlyOpenings > 0).map((one): Draft => ({ severity: 'critical', phase: 'evaluate', title: 'the sealed truth was opened before the evaluation', expected: 'opened once, by evaluate', actual: `${one.earlyOpenings} earlier openings`, next: 'The detection of this drill shows nothing; drill again.', blame: 'rollproof', step: null }));
  const unneeded = evidence.all('trouble').filter((trouble) => trouble.blame === 'plan').map((trouble): Draft => ({ severity: 'low', phase: 'verify', title: trouble.what, expected: 'the plan says what happens', actual: trouble.what, next: 'Correct the plan.', blame: 'plan', step: null }));
  return [...troubles, ...level, ...escaped, ...leaks, ...opened, ...unneeded];
}

/** What the plan should say from now on, with the measured value as a proposal. */
export function collectLessons(evidence: Evidence, clocks: Clocks): readonly Lesson[] {
  const steps = clocks.bars.filter((bar) => bar.procedure === evidence.scenario.rollback && bar.outcome === 'succeeded');
  return steps.flatMap((bar): readonly Lesson[] => {
    const took = bar.endMs - bar.startMs;
    if (bar.expected === null) return [{ statement: `${bar.id} has no expected duration; it took ${formatDuration(took)}.`, proposal: { at: `procedures.${bar.procedure}.${bar.title}.expected`, from: 'nothing', to: rangeFor(bar) } }];
    if (took > bar.expected.p90Ms) return [{ statement: `${bar.id} took ${formatDuration(took)}, expected at most ${formatDuration(bar.expected.p90Ms)}.`, proposal: { at: `procedures.${bar.procedure}.${bar.title}.expected`, from: `p90 ${formatDuration(bar.expected.p90Ms)}`, to: rangeFor(bar) } }];
    return [];
  });
}

/** One measurement is no distribution: the p90 proposed is a quarter above it, as in the headroom arithmetic. */
function rangeFor(bar: Bar): string {
  const took = Math.max(1, bar.endMs - bar.startMs);
  const written = (ms: number): string => (ms < 1_000 ? `${Math.ceil(ms)}ms` : `${Math.ceil(ms / 1_000)}s`);
  return `{ p50: ${written(took)}, p90: ${written(took * 1.25)} }`;
}

/** What a reader must not take for shown. */
export function listNotShown(evidence: Evidence, clocks: Clocks): readonly string[] {
  const { plan } = evidence;
  const required = requiredClaims(evidence);
  return [
    ...(required.has('access') && Object.values(plan.users).some((group) => 'resetInClone' in group.signIn) ? ['the users’ real passwords: they were reset in a throw-away clone'] : []),
    'completeness of the backup: not proven, because the baseline is of the drill’s restored copy, not of the source',
    'the time of people: nobody decided or acted by hand in this drill',
    ...(clocks.instants.some((instant) => instant.name === 't7' && instant.atMs === null) ? ['messages: none were sent'] : []),
    ...(evidence.profile === 'fast' ? ['production speed: the servers ran with fast settings'] : []),
    ...(evidence.productionBytes === null ? ['production size: the plan does not name it'] : []),
  ];
}
