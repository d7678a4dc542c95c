import { describe, expect, it } from 'vitest';
import type { FindingsRequest } from './trial-findings.ts';
import { assembleTrial, type TrialFacts } from './trial-verdict.ts';
import { trialRecordSchema } from './trial-record.ts';

type Store = FindingsRequest['store'];
type Certificate = NonNullable<Store['certificate']>;
const DIGEST = `sha256:${'0'.repeat(64)}` as const;
const NOW = Date.parse('2026-03-10T00:00:00Z');

const CERTIFICATE: Certificate = {
  store: 'crm',
  name: '/b/crm.dump',
  format: 'pg_dump',
  sizeBytes: 10,
  digest: DIGEST,
  takenAt: '2026-03-09T00:00:00.000Z',
  serverVersion: '15.1',
  toolVersion: '15.1',
  restoreMs: 900,
  parts: [],
  messages: [],
};

const EQUAL: NonNullable<Store['equality']> = {
  store: 'crm',
  kind: 'postgres',
  reading: 'at rest',
  comparedWith: 'baseline',
  verdict: 'equal',
  difference: {
    store: 'crm',
    parts: [],
    objects: [],
    counters: [],
    unread: [],
    compared: { parts: 2, rows: 20, objects: 5, counters: 1 },
  },
  allowed: [],
  notes: [],
  tiles: [],
  tookMs: 5,
};

const FAULT: Store['damage'][number] = {
  fault: 'DC-01',
  name: 'Lost rows',
  store: 'crm',
  where: 'public.t',
  seed: 1,
  rows: 1,
  description: '1 rows lost in public.t',
  presence: { shown: true, evidence: 'seen' },
  seenBy: [],
  remaining: [],
  keys: ['id=1'],
};

const STORE: Store = {
  name: 'crm',
  kind: 'postgres',
  recognisedAs: 'PostgreSQL dump, custom format',
  path: '/b/crm.dump',
  sizeBytes: 10,
  companions: [],
  certificate: CERTIFICATE,
  restores: [
    { what: 'first copy', tookMs: 1_000, bytes: 5e6 },
    { what: 'second copy', tookMs: 900, bytes: 5e6 },
  ],
  baseline: {
    digest: DIGEST,
    sealedAt: '2026-03-10T00:00:00.000Z',
    rows: 20,
    bytes: 100,
    parts: 2,
    objects: 5,
    counters: 1,
    tookMs: 3,
  },
  damage: [FAULT, { ...FAULT, fault: 'DC-07' }, { ...FAULT, fault: 'DC-39' }],
  found: { ...EQUAL, verdict: 'different' },
  equality: EQUAL,
  notCompared: [],
  tablesWithoutStatistics: [],
};

function trial(
  part: Partial<Store>,
  more: {
    readonly obstacle?: FindingsRequest['obstacle'];
    readonly environment?: Partial<TrialFacts['environment']>;
  } = {},
): ReturnType<typeof assembleTrial> {
  const isolation = { level: 'userns', outsideReached: true, attempts: 4, escaped: [] };
  return assembleTrial({
    trial: { id: 't-1', startedAt: '2026-03-10T00:00:00.000Z', command: 'rollproof try crm.dump', seed: 1 },
    stores: [{ store: { ...STORE, ...part }, obstacle: more.obstacle ?? null }],
    environment: { host: 'process', isolation, profile: 'faithful', machine: 'm', leaked: [], ...more.environment },
    versions: {},
    nowMs: NOW,
  });
}

function said(text: string): Certificate['messages'][number] {
  return { pattern: text, count: 300, examples: [text], severity: 'error' };
}

function withMessages(...texts: readonly string[]): Partial<Store> {
  return { certificate: { ...CERTIFICATE, messages: texts.map(said) } };
}

describe('assembleTrial', () => {
  it('calls equality after damage that was shown proven, with its size and best time, in the documented form', () => {
    const record = trial({});

    expect(record.verdict).toMatchObject({ whole: 'proven', exitCode: 0, unclean: false });
    expect(record.stores[0]?.sentence).toBe(
      'crm came back whole from this backup after damage: 20 rows in 2 tables, 5.0 MB, in 900 ms',
    );
    expect(trialRecordSchema.parse(record)).toEqual(record);
    expect(record.findings).toEqual([]);
  });

  it.each([
    ['no equality', { equality: null }, 'inconclusive', 11],
    [
      'a difference',
      {
        equality: {
          ...EQUAL,
          verdict: 'different' as const,
          difference: {
            ...EQUAL.difference,
            counters: [{ name: 's', before: '5', after: '1', direction: 'behind' as const }],
          },
        },
      },
      'failed',
      10,
    ],
    ['not everything read', { equality: { ...EQUAL, verdict: 'incomplete' as const } }, 'inconclusive', 11],
    ['no damage', { damage: [] }, 'inconclusive', 11],
    [
      'damage that was not seen',
      { damage: [{ ...FAULT, presence: { shown: false, evidence: '' } }] },
      'inconclusive',
      11,
    ],
    ['300 missing roles', withMessages('role "x" does not exist'), 'proven', 0],
    ['content that did not come back', withMessages('relation "x" does not exist'), 'failed', 10],
    [
      'an extension missing here',
      withMessages('extension "x" is not available', 'type "y" does not exist'),
      'inconclusive',
      11,
    ],
  ])('%s', (...[, part, whole, exitCode]) => {
    expect(trial(part).verdict).toMatchObject({ whole, exitCode });
  });

  it('makes one finding of 300 messages of one kind', () => {
    const { findings } = trial(withMessages('role "x" does not exist'));
    expect(findings.map((finding) => [finding.id, finding.severity, finding.title])).toEqual([
      ['F-01', 'medium', 'restoring crm: role "x" does not exist, 300 times'],
    ]);
  });

  it('blames the backup only for what the backup did', () => {
    const bad = trial({ equality: null }, { obstacle: { because: 'backup', message: 'is cut off', hint: null } });
    const lost = trial(
      { equality: null },
      { obstacle: { because: 'environment', message: 'the disk is full', hint: null } },
    );

    expect([bad.verdict.exitCode, bad.findings[0]?.blame]).toEqual([10, 'backup']);
    expect([lost.verdict.exitCode, lost.findings[0]?.blame]).toEqual([11, 'environment']);
  });

  it('is unclean when something is left or got out, without changing what was proven', () => {
    const left = trial({}, { environment: { leaked: ['process 7'] } });
    const out = trial(
      {},
      { environment: { isolation: { level: 'userns', outsideReached: true, attempts: 1, escaped: ['curl'] } } },
    );
    const free = trial(
      {},
      { environment: { isolation: { level: 'none', outsideReached: true, attempts: 1, escaped: ['curl'] } } },
    );

    expect(left.verdict).toMatchObject({ whole: 'proven', unclean: true, exitCode: 12 });
    expect(out.verdict).toMatchObject({ unclean: true, exitCode: 12 });
    expect(free.verdict).toMatchObject({ unclean: false, exitCode: 0 });
    expect(free.notShown.join(' ')).toContain('Isolation');
  });
});
