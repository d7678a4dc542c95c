import type { Evidence } from '../evidence.ts';
import type { Clocks, Finding } from '../record.ts';
import type { FindingDraft } from './draft.ts';
import { fromEnvironment } from './environment.ts';
import { fromFlows } from './flows.ts';
import { fromMessages } from './messages.ts';
import { fromPeople } from './people.ts';
import { fromDetection, fromSteps, fromTime } from './procedure.ts';
import { fromJobs, fromRestorePoints } from './restore.ts';
import { fromTwists } from './twists.ts';
import { fromWork } from './work.ts';
import { fromAccess, fromChecks, fromComparisons, fromTruthAndLedger } from './verification.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'note'] as const;

/** Everything that somebody should do something about, worst first, numbered in that order. */
export function collectFindings(evidence: Evidence, clocks: Clocks): readonly Finding[] {
  const drafts: readonly FindingDraft[] = [
    ...fromComparisons(evidence),
    ...fromTruthAndLedger(evidence),
    ...fromWork(evidence),
    ...fromChecks(evidence),
    ...fromAccess(evidence),
    ...fromFlows(evidence),
    ...fromSteps(evidence),
    ...fromTwists(evidence),
    ...fromDetection(evidence),
    ...fromPeople(evidence),
    ...fromRestorePoints(evidence),
    ...fromJobs(evidence),
    ...fromMessages(evidence),
    ...fromTime(evidence, clocks),
    ...fromEnvironment(evidence),
  ];
  const ordered = drafts
    .filter((draft, index) => draft.severity !== 'note' || index === drafts.findIndex((one) => isSame(one, draft)))
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  return ordered.map((draft, index) => ({ id: `F-${String(index + 1).padStart(2, '0')}`, ...draft }));
}

/** Both readings of a store make the same note. */
function isSame(one: FindingDraft, other: FindingDraft): boolean {
  return one.severity === other.severity && one.title === other.title;
}
