import { countOf } from '../kernel/count.ts';
import { verdictOf } from '../subject/difference.ts';
import { lossOf, type RestoreLoss } from '../subject/restore-loss.ts';
import type { RestoreMessage } from '../subject/restore-point.ts';
import type { TrialFinding, TrialStore } from './trial-record.ts';

type Draft = Omit<TrialFinding, 'id'>;

/** What stopped the trial of one store. */
export interface Obstacle {
  readonly because: 'backup' | 'environment';
  readonly message: string;
  readonly hint: string | null;
}

export interface FindingsRequest {
  readonly store: Omit<TrialStore, 'state' | 'sentence'>;
  readonly obstacle: Obstacle | null;
  readonly nowMs: number;
}

/** Older than this a backup loses more than a week of work, whatever the plan says. */
const OLD_DAYS = 7;
/** With fewer kinds of damage "everything was found" says little. */
export const WANTED_KINDS = 3;

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'note'] as const;

/** Everything about one store that somebody should know or do something about; numbered by the caller. */
export function findingsOf(request: FindingsRequest): readonly Draft[] {
  return [
    ...ofObstacle(request),
    ...ofEquality(request),
    ...ofMessages(request),
    ...ofDamage(request),
    ...ofBackup(request),
  ];
}

/** Worst first, numbered in that order. */
export function numbered(drafts: readonly Draft[]): TrialFinding[] {
  const ordered = drafts.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  return ordered.map((draft, index) => ({ id: `F-${String(index + 1).padStart(2, '0')}`, ...draft }));
}

function ofObstacle({ store, obstacle }: FindingsRequest): readonly Draft[] {
  if (obstacle === null) return [];
  const isBackup = obstacle.because === 'backup';
  return [
    {
      severity: isBackup ? 'critical' : 'high',
      phase: 'restore',
      title: isBackup ? `${store.name} cannot be restored` : `the trial of ${store.name} could not go on`,
      expected: 'the backup is whole and can be restored',
      actual: obstacle.message,
      next:
        obstacle.hint ??
        (isBackup
          ? 'Make a new backup and try that one.'
          : 'Mend this and try again; it says nothing about the backup.'),
      blame: obstacle.because,
      step: null,
    },
  ];
}

function ofEquality({ store }: FindingsRequest): readonly Draft[] {
  const { equality } = store;
  if (equality === null) return [];
  const notes = equality.notes.map(
    (note): Draft => ({
      severity: 'note',
      phase: 'verify',
      title: `${store.name}: ${note}`,
      expected: 'as in the baseline',
      actual: note,
      next: 'Nothing, unless gaps in this number matter to you.',
      blame: 'backup',
      step: null,
    }),
  );
  const unread = equality.difference.unread.map(
    (one): Draft => ({
      severity: 'high',
      phase: 'verify',
      title: `${store.name}: ${one.what} was not compared`,
      expected: 'everything is read and compared',
      actual: one.why,
      next: 'Nothing is known about this part; look at it by hand.',
      blame: 'rollproof',
      step: null,
    }),
  );
  if (verdictOf(equality.difference) !== 'different') return [...notes, ...unread];
  return [
    {
      severity: 'critical',
      phase: 'verify',
      title: `${store.name} is not equal to its baseline after the restore`,
      expected: 'the same rows, definitions and sequences as in the first restore of the same backup',
      actual: differingParts(equality.difference),
      next: 'Keep this backup away from the plan until the difference is explained.',
      blame: 'backup',
      step: null,
    },
    ...notes,
    ...unread,
  ];
}

function differingParts(difference: NonNullable<TrialStore['equality']>['difference']): string {
  const names = [
    ...difference.parts.map((part) => part.part),
    ...difference.objects.map((object) => `${object.kind} ${object.name}`),
    ...difference.counters.map((counter) => `sequence ${counter.name}`),
  ];
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;
}

function ofMessages({ store }: FindingsRequest): readonly Draft[] {
  return (store.certificate?.messages ?? []).flatMap((message): readonly Draft[] => {
    const loss = lossOf(message);
    return loss === null ? [] : [messageFinding(store, { message, loss })];
  });
}

const MEANING: Readonly<
  Record<
    RestoreLoss,
    { readonly severity: TrialFinding['severity']; readonly next: string; readonly blame: TrialFinding['blame'] }
  >
> = {
  role: {
    severity: 'medium',
    next: 'Owners and rights of these roles are lost. Try the file of pg_dumpall --globals-only together with the dump, and keep both on the night.',
    blame: 'backup',
  },
  harmless: {
    severity: 'note',
    next: 'Nothing is lost by it; on the night somebody will see the same message.',
    blame: 'backup',
  },
  here: {
    severity: 'high',
    next: 'Give this machine what the message names, then try again: until then the backup is not judged.',
    blame: 'environment',
  },
  content: {
    severity: 'critical',
    next: 'Something of the backup is not there after a restore. Find out what, and make a backup that restores without this.',
    blame: 'backup',
  },
};

function messageFinding(
  store: FindingsRequest['store'],
  { message, loss }: { readonly message: RestoreMessage; readonly loss: RestoreLoss },
): Draft {
  const { severity, next, blame } = MEANING[loss];
  return {
    severity,
    phase: 'restore',
    title: `restoring ${store.name}: ${message.pattern}, ${countOf(message.count, 'time')}`,
    expected: 'no message',
    actual: message.examples.slice(0, 3).join(' | '),
    next,
    blame,
    step: null,
  };
}

function ofDamage({ store }: FindingsRequest): readonly Draft[] {
  if (store.found === null) return [];
  const unseen = store.damage
    .filter((one) => !one.presence.shown)
    .map(
      (one): Draft => ({
        severity: 'medium',
        phase: 'verify',
        title: `${one.fault} in ${store.name} was not shown present`,
        expected: 'damage that we do is seen by our own reading',
        actual: one.presence.evidence,
        next: 'It is not counted as shown.',
        blame: 'rollproof',
        step: null,
      }),
    );
  const shown = store.damage.length - unseen.length;
  const few: Draft = {
    severity: 'low',
    phase: 'verify',
    title: `only ${shown} kinds of damage fit ${store.name}`,
    expected: `${WANTED_KINDS} different kinds`,
    actual: store.damage.map((one) => `${one.fault} ${one.name}`).join(', '),
    next: 'Nothing: the schema offers no place for more.',
    blame: 'rollproof',
    step: null,
  };
  return shown < WANTED_KINDS ? [...unseen, few] : unseen;
}

function ofBackup({ store, nowMs }: FindingsRequest): readonly Draft[] {
  const drafts: Draft[] = [];
  const takenMs = Date.parse(store.certificate?.takenAt ?? '');
  const days = Math.floor((nowMs - takenMs) / 86_400_000);
  if (days >= OLD_DAYS && store.kind === 'postgres') {
    drafts.push({
      severity: 'low',
      phase: 'restore',
      title: `the backup of ${store.name} is ${days} days old`,
      expected: 'a backup as it will be used',
      actual: store.certificate?.takenAt ?? '',
      next: 'Try the newest one too: what was true of this one may have changed.',
      blame: 'backup',
      step: null,
    });
  }
  if (store.tablesWithoutStatistics.length > 0) {
    const names = store.tablesWithoutStatistics;
    drafts.push({
      severity: 'low',
      phase: 'verify',
      title: `${store.name} has no planner statistics after the restore`,
      expected: 'the planner knows the data before users come',
      actual: `${names.length} tables, such as ${names.slice(0, 4).join(', ')}`,
      next: 'Plan an ANALYZE between restore and opening, and its time.',
      blame: 'backup',
      step: null,
    });
  }
  return drafts;
}
