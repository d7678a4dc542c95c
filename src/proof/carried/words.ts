import { countOf } from '../../kernel/count.ts';
import type { CarriedFinding } from '../record.ts';

/** `accepted: dba, due 2026-12-01, overdue · 3 drills`. */
export function stateInWords(carried: CarriedFinding): string {
  return [SAID[carried.state](carried), expiredRisk(carried), carried.reopened ? 'came again' : '', seenIn(carried)]
    .filter((part) => part !== '')
    .join(' · ');
}

const SAID: Readonly<Record<CarriedFinding['state'], (carried: CarriedFinding) => string>> = {
  'open': (carried) => `open: ${ownerInWords(carried)}`,
  'accepted': (carried) => `accepted: ${ownerInWords(carried)}`,
  'fixed': (carried) => `said to be fixed, a re-test is missing: ${ownerInWords(carried)}`,
  'risk-accepted': ({ risk }) => (risk === null ? '' : `risk accepted until ${risk.until} by ${risk.by}: ${risk.why}`),
  'closed': ({ closedBy }) => `closed: did not occur in drill ${closedBy}`,
};

function ownerInWords({ owner, due, overdue }: CarriedFinding): string {
  return owner === null ? 'nobody owns it' : `${owner}, due ${due}${overdue ? ', overdue' : ''}`;
}

function expiredRisk({ risk, state }: CarriedFinding): string {
  const isOver = risk !== null && state !== 'risk-accepted' && state !== 'closed';
  return isOver ? `the risk was accepted until ${risk.until} only` : '';
}

function seenIn({ drills }: CarriedFinding): string {
  return countOf(drills.length, 'drill');
}
