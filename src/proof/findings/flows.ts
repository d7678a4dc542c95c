import { STOP_CONDITIONS, type StopCondition } from '../../flow/stop-certificate.ts';
import { type Evidence, isTrusted, momentsOf } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

/** What to do about each condition that does not hold. */
const NEXT: Readonly<Record<StopCondition, string>> = {
  'disabled': 'Disable both in the step that stops the flow: a producer that comes back must find its credential gone.',
  'in-flight': 'Let the queue run empty, or list what is in it with its owner, before the step ends.',
  'watermark': 'Write down how far both sides came when the flow stops.',
  'quiet': 'Find what still runs under this name: a second timer, a retry in the integration platform, a cached token.',
  'counts': 'Find the messages that were sent and are neither received nor listed; they are lost, or were purged.',
  'not-rearmed': 'Take away the timer, watchdog or deployment that starts it again.',
  'legacy': 'Mend the old flow before it is needed: it must carry a message all the way.',
  'told': 'Add a step that tells the other side, and check there that it arrived.',
};

export function fromFlows(evidence: Evidence): readonly FindingDraft[] {
  return [...fromStops(evidence), ...fromTraffic(evidence), ...fromChanges(evidence), ...fromWriters(evidence)];
}

function fromStops(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'flow-stop').flatMap(({ facts: { flow, conditions }, atMs }) =>
    conditions
      .filter((one) => one.state === 'violated' || one.state === 'not-shown')
      .map((one): FindingDraft => {
        const isViolated = one.state === 'violated';
        return {
          what: `flow-${one.condition}`,
          where: flow,
          severity: isViolated ? 'critical' : 'medium',
          phase: 'verify',
          title: isViolated
            ? `${flow} is not cleanly stopped (${one.condition})`
            : `${flow}: not shown that ${STOP_CONDITIONS[one.condition]}`,
          expected: STOP_CONDITIONS[one.condition],
          actual: one.evidence,
          next: isViolated ? NEXT[one.condition] : `Say under \`flows.${flow}\` how this can be seen.`,
          blame: isTrusted(evidence, atMs) ? 'plan' : 'environment',
          step: null,
        };
      }),
  );
}

function fromWriters(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'writers')
    .filter(({ facts }) => facts.verdict === 'unexplained')
    .map(({ facts, atMs }) => ({
      what: 'foreign-writer',
      where: facts.store,
      severity: 'critical',
      phase: 'open',
      title: `${facts.store} was changed by somebody who may not`,
      expected: `no change since the ${facts.since} but by declared writers`,
      actual: facts.unexplained.join('; '),
      next: 'Find who this is, and stop it in the rollback; or declare it under `untouched: { writers: … }`.',
      blame: isTrusted(evidence, atMs) ? 'plan' : 'environment',
      step: null,
    }));
}

function fromTraffic(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'flow-traffic').flatMap(({ facts, atMs }) => {
    const { flow, round, again, againMessages, echoed, echoedMessages } = facts;
    const draft = (given: Pick<FindingDraft, 'what' | 'title' | 'expected' | 'actual' | 'next'>): FindingDraft => ({
      ...given,
      where: flow,
      severity: 'critical',
      phase: 'open',
      blame: isTrusted(evidence, atMs) ? 'plan' : 'environment',
      step: null,
    });
    return [
      ...round.slice(0, 1).map(() =>
        draft({
          what: 'flow-round',
          title: `something went round ${flow}`,
          expected: 'every connection to its target through its proxy',
          actual: round.join('; '),
          next: 'Give that program the address of the flow, not that of its target: else the rollback cannot stop it.',
        }),
      ),
      ...echoed.slice(0, 1).map(() =>
        draft({
          what: 'flow-echo',
          title: `${flow} brings back what was sent the other way`,
          expected: 'no message returns to where it came from',
          actual: `${echoedMessages}: ${echoed.join(', ')}`,
          next: 'Mark what you send with its origin, and leave out what carries your own mark when it arrives.',
        }),
      ),
      ...again.slice(0, 1).map(() =>
        draft({
          what: 'flow-again',
          title: `${flow} delivers again what it had delivered before`,
          expected: 'it goes on where it stood when it was stopped',
          actual: `${againMessages}: ${again.join(', ')}`,
          next: 'Keep its watermark, and start it from there.',
        }),
      ),
    ];
  });
}

function fromChanges(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'flow-changes').flatMap(
    ({ facts: { flow, become, tables, wrong, wrongRecords }, atMs }) => {
      const isSilent = become === null && tables.length > 0;
      if (!isSilent && wrongRecords === 0) return [];
      const more = wrongRecords - wrong.length;
      return [
        {
          what: 'flow-changes',
          where: flow,
          severity: isSilent ? 'medium' : 'critical',
          phase: 'open',
          title: isSilent
            ? `nobody says what becomes of what ${flow} had changed`
            : `what ${flow} had changed is not ${become ?? 'kept'}`,
          expected: `what it changed between the go-live and its stop is ${become ?? 'kept, parked or compensated'}`,
          actual: isSilent
            ? tables.map(({ table, records }) => `${table}: ${records}`).join(', ')
            : `${wrong.join('; ')}${more > 0 ? ` and ${more} more` : ''}`,
          next: isSilent
            ? `Write \`changes: { become: … }\` under \`flows.${flow}\`.`
            : 'Change the step that does this, or say what really becomes of these records.',
          blame: isTrusted(evidence, atMs) ? 'plan' : 'environment',
          step: null,
        } satisfies FindingDraft,
      ];
    },
  );
}
