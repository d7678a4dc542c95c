import { brokenOffAt } from '../../plan/departure-point.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import { type JudgedClaim, worst } from './claim.ts';
import { judgeDelta } from './delta.ts';
import { detailOf } from './detail.ts';
import { judgeFlowChanges } from './flow-changes.ts';
import { judgeWork } from './work.ts';

/** What somebody wrote after the seal, our own acknowledged write, and all that users wrote in the new state. */
export function judgeLoss(evidence: Evidence): JudgedClaim {
  return (
    writtenAfterSeal(evidence) ??
    missingInBackup(evidence) ??
    acknowledgedAndGone(evidence) ??
    judgeDelta(evidence) ??
    worstOf(judgeFlowChanges(evidence), judgeWork(evidence)) ?? {
      state: 'not-examined',
      sentence:
        brokenOffAt(evidence.scenario) === null
          ? 'No work after the go-live is recorded in this scenario.'
          : 'Nobody works in the new system before the go-live is finished.',
      because: [],
    }
  );
}

/** The work of people, and that of the flows that were stopped: the worse of the two is the answer. */
function worstOf(changes: JudgedClaim | null, work: JudgedClaim | null): JudgedClaim | null {
  if (changes === null || work === null) return changes ?? work;
  return worst([changes.state, work.state]) === work.state ? work : changes;
}

function writtenAfterSeal(evidence: Evidence): JudgedClaim | null {
  const written = momentsOf(evidence, 'comparison').filter(
    ({ facts }) => facts.reading === 'between seal and first change' && facts.verdict === 'different',
  );
  if (written.length === 0) return null;
  return {
    state: 'failed',
    sentence: `Somebody writes to ${written.map(({ facts }) => facts.store).join(' and ')} after the baseline is sealed.`,
    because: written.map(({ facts }) => `${facts.store}: ${detailOf(facts)}`),
    settledAtMs: Math.min(...written.map((one) => one.atMs)),
  };
}

/** What the backup does not hold is lost by every rollback that restores it. */
function missingInBackup(evidence: Evidence): JudgedClaim | null {
  const lacking = momentsOf(evidence, 'comparison').filter(
    ({ facts }) => facts.reading === 'completeness of the backup' && facts.verdict === 'different',
  );
  if (lacking.length === 0) return null;
  return {
    state: 'failed',
    sentence: `The backup of ${lacking.map(({ facts }) => facts.store).join(' and ')} is not what its source held.`,
    because: lacking.map(({ facts }) => `${facts.store}: ${detailOf(facts)}`),
    settledAtMs: Math.min(...lacking.map((one) => one.atMs)),
  };
}

/** Law 8: what was acknowledged must still be there at the end. */
function acknowledgedAndGone(evidence: Evidence): JudgedClaim | null {
  const gone = momentsOf(evidence, 'ledger').filter(({ facts }) => !facts.found);
  if (gone.length === 0) return null;
  return {
    state: 'failed',
    sentence: `An acknowledged write is no longer in ${gone[0]?.facts.store ?? ''}.`,
    because: gone.map(({ facts }) => `${facts.part} ${facts.key}: ${facts.why}`),
    settledAtMs: Math.min(...gone.map((one) => one.atMs)),
  };
}
