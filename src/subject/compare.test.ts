import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestOf, partOf } from '../../test/support/manifest.ts';
import { compareManifests } from './compare.ts';
import { verdictOf } from './difference.ts';
import type { Counter, SchemaObject } from './manifest.ts';

const rows = (count: number): Map<bigint, bigint> =>
  new Map(
    Array.from({ length: count }, (_, index) => [
      BigInt(index - 50),
      (BigInt(index + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn,
    ]),
  );
const object = (kind: string, name: string, definition: string): SchemaObject => ({
  kind,
  name,
  digest: `sha256:${definition}`,
  definition,
});
const counter = (name: string, next: string): Counter => ({ name, next, ownedBy: null });

describe('comparing manifests', () => {
  it('finds a manifest equal to itself', () => {
    const manifest = manifestOf({
      parts: [partOf('t', rows(500))],
      objects: [object('table', 't', 'x')],
      counters: [counter('s', '5')],
    });
    const difference = compareManifests(manifest, manifest);
    expect(verdictOf(difference)).toBe('equal');
    expect(difference.compared).toEqual({ parts: 1, rows: 500, objects: 1, counters: 1 });
  });

  it('names the one key that changed in a bucket, whatever the change', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 449 }),
        fc.constantFrom('update', 'delete', 'insert'),
        (place, operation) => {
          const [before, after] = [rows(500), rows(500)];
          const key = BigInt(place);
          if (operation === 'update') after.set(key, 123_456_789n);
          else (operation === 'delete' ? after : before).delete(key);
          const [part] = compareManifests(
            manifestOf({ parts: [partOf('t', before)] }),
            manifestOf({ parts: [partOf('t', after)] }),
          ).parts;
          expect(part?.changes).toEqual([{ operation, key: `id=${key}`, columns: [] }]);
          expect(part?.buckets.different).toBe(1);
        },
      ),
    );
  });

  it('names nothing where several keys of a bucket changed', () => {
    const after = rows(500);
    after.set(1n, 77n);
    after.set(2n, 9_999_999n);
    const [part] = compareManifests(
      manifestOf({ parts: [partOf('t', rows(500))] }),
      manifestOf({ parts: [partOf('t', after)] }),
    ).parts;
    expect(part).toMatchObject({ changes: [], totals: null, buckets: { different: 1 } });
  });

  it('sees changes whose sums cancel across buckets', () => {
    const after = rows(500);
    after.set(1n, (after.get(1n) ?? 0n) + 5n);
    after.set(300n, (after.get(300n) ?? 0n) - 5n);
    const [part] = compareManifests(
      manifestOf({ parts: [partOf('t', rows(500))] }),
      manifestOf({ parts: [partOf('t', after)] }),
    ).parts;
    expect(part?.changes.map(({ key }) => key)).toEqual(['id=1', 'id=300']);
  });

  it('compares sums where buckets were cut otherwise, and says different where the image is another', () => {
    const before = manifestOf({ parts: [partOf('t', rows(500))] });
    expect(compareManifests(before, manifestOf({ parts: [partOf('t', rows(500), 5)] })).parts).toEqual([]);
    const [part] = compareManifests(
      before,
      manifestOf({ parts: [{ ...partOf('t', rows(500)), image: 'other' }] }),
    ).parts;
    expect(part?.buckets.different).toBe(part?.buckets.total);
  });

  it('lists parts and objects that came, went or changed', () => {
    const before = manifestOf({
      parts: [partOf('gone', rows(3))],
      objects: [object('index', 'a', '1'), object('index', 'b', '1')],
    });
    const after = manifestOf({
      parts: [partOf('new', rows(2))],
      objects: [object('index', 'b', '2'), object('view', 'a', '1')],
    });
    const difference = compareManifests(before, after);
    expect(difference.parts.map(({ part, before: earlier, after: later }) => [part, earlier, later])).toEqual([
      ['gone', 3, null],
      ['new', null, 2],
    ]);
    expect(difference.objects.map(({ operation, kind, name }) => `${operation} ${kind} ${name}`)).toEqual([
      'delete index a',
      'update index b',
      'insert view a',
    ]);
  });

  it('knows in which direction a sequence counts', () => {
    const down = object('sequence', 'down', 'sequence: cache=1, increment=-1');
    const before = manifestOf({
      objects: [down],
      counters: [counter('up', '5'), counter('down', '5'), counter('lost', '1')],
    });
    const after = manifestOf({
      objects: [down],
      counters: [counter('up', '4'), counter('down', '4'), counter('found', '1')],
    });
    expect(compareManifests(before, after).counters.map(({ name, direction }) => `${name} ${direction}`)).toEqual([
      'up behind',
      'down ahead',
      'lost missing',
      'found extra',
    ]);
  });

  it('never calls equal what one side could not read', () => {
    const before = manifestOf({ parts: [partOf('t', rows(3))] });
    const difference = compareManifests(before, manifestOf({ unread: [{ what: 't', why: 'no permission' }] }));
    expect(difference.parts).toEqual([]);
    expect(difference.compared.parts).toBe(0);
    expect(verdictOf(difference)).toBe('incomplete');
  });

  it.each([
    ['another seed', { seed: '2' }, 'usage-invalid', /different seeds/],
    ['another kind', { store: { name: 'crm', kind: 'directory' } }, 'usage-invalid', /does not compare/],
    [
      'another major version',
      { engine: { mode: 'row-64/1', major: '18', encoding: 'UTF8' } },
      'could-not-read',
      /major 15 and 18/,
    ],
    ['another way of hashing', { engine: { mode: 'text/1', major: '15', encoding: 'UTF8' } }, 'could-not-read', /mode/],
  ] as const)('refuses a manifest with %s', (...[, change, code, message]) => {
    expect(() => compareManifests(manifestOf(), manifestOf(change))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
