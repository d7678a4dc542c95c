import { STOP_CONDITIONS, type StopCondition } from '../../src/flow/stop-certificate.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { Evidence } from '../../src/proof/evidence.ts';
import type { Facts } from '../../src/proof/facts.ts';
import { check, evidenceOf, note, type Note, plus, type Story } from './evidence.ts';

type FlowInput = NonNullable<PlanInput['flows']>[string];

const command = (word: string): FlowInput['start'] => ({ in: 'app', run: ['flow', word] });

function flow(given: Partial<FlowInput> = {}): FlowInput {
  return {
    from: 'app',
    to: 'docs',
    principal: { in: 'db', role: 'push_user' },
    start: command('start'),
    stop: command('stop'),
    armed: 'migrated',
    schedule: { live: '1h', drill: '1s' },
    ...given,
  };
}

/** The sample with two flows, of which only one is taken back and the one before it runs again. */
function withFlows(plan: PlanInput): void {
  plan.flows = { push: flow({ replaces: 'push-old' }), 'push-old': flow() };
  const { before } = plan.states;
  if (before !== undefined) before.flows = { push: 'stopped', 'push-old': 'running' };
  const scenario = plan.scenarios['data-corruption'];
  if (scenario !== undefined) scenario.kind = 'S2';
}

type Stop = Facts['flow-stop'];

export function stopLook(
  when: Stop['when'],
  otherwise: Partial<Record<StopCondition, 'violated' | 'not-shown'>> = {},
): Note {
  const conditions = (Object.keys(STOP_CONDITIONS) as StopCondition[]).map((condition) => ({
    condition,
    state: otherwise[condition] ?? ('shown' as const),
    evidence: `${condition} was looked at`,
  }));
  return note('flow-stop', { flow: 'push', when, conditions });
}

export function flowChanges(facts: Partial<Facts['flow-changes']> = {}): Note {
  const table = {
    table: 'public.orders',
    inserts: 2,
    updates: 0,
    deletes: 0,
    unkeyed: 0,
    records: 2,
    keys: ['id=1', 'id=2'],
  };
  return note('flow-changes', {
    flow: 'push',
    store: 'db',
    tables: [table],
    become: 'kept',
    owner: null,
    wrong: [],
    wrongRecords: 0,
    trouble: null,
    ...facts,
  });
}

export function flowTraffic(facts: Partial<Facts['flow-traffic']> = {}): Note {
  return note('flow-traffic', {
    flow: 'push',
    again: [],
    againMessages: 0,
    echoed: [],
    echoedMessages: 0,
    round: [],
    ...facts,
  });
}

const AS_WANTED = [
  check('push is stopped', 'verify', { actual: 'stopped' }),
  check('push-old is running', 'verify', { actual: 'running' }),
];

/** Both flows are as they should be, but for what the story says. */
export function flowEvidence(notes: NonNullable<Story['notes']> = {}, story: Omit<Story, 'notes'> = {}): Evidence {
  return evidenceOf({
    scenario: 'data-corruption',
    edit: withFlows,
    notes: {
      checks: plus(...AS_WANTED),
      'stopped.push': () => [stopLook('verify')],
      'still-stopped.push': () => [stopLook('watch')],
      'disposed.push': () => [flowChanges()],
      traffic: () => [flowTraffic(), flowTraffic({ flow: 'push-old' })],
      ...notes,
    },
    ...story,
  });
}
