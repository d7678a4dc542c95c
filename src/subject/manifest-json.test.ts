import { describe, expect, it } from 'vitest';
import { manifestOf, partOf } from '../../test/support/manifest.ts';
import type { Part } from './manifest.ts';
import { digestOfReading, manifestFromJson, manifestToJson } from './manifest-json.ts';

describe('a manifest as JSON', () => {
  it('comes back as it was', () => {
    const manifest = manifestOf({
      parts: [
        partOf(
          't',
          new Map([
            [1n, 2n],
            [-300n, 2n ** 64n - 1n],
          ]),
        ),
      ],
    });
    expect(manifestFromJson(manifestToJson(manifest))).toEqual(manifest);
  });

  it('is what files of earlier versions hold, where sums did not wrap', () => {
    const part = partOf('t', new Map([[1n, 2n]]));
    const text = manifestToJson(manifestOf({ parts: [part] }));
    expect(text).toContain('"list":[["0",1,"2","2","2"]]');
    const earlier = text.replace('"2","2","2"', `"2","2","${2n ** 64n + 2n}"`);
    expect(manifestFromJson(earlier).parts).toEqual([part]);
  });

  it('digests what was read, and not where and when', () => {
    const manifest = manifestOf({ parts: [partOf('t', new Map([[1n, 2n]]))] });
    const elsewhere = { ...manifest, takenAt: 'later', store: { name: 'other', kind: 'postgres' as const } };
    expect(digestOfReading(elsewhere)).toBe(digestOfReading(manifest));
    const changed = manifestOf({ parts: [partOf('t', new Map([[1n, 3n]]))] });
    expect(digestOfReading(changed)).not.toBe(digestOfReading(manifest));
    const [part] = manifest.parts;
    const moved = { ...part, buckets: changed.parts[0]?.buckets } as Part;
    expect(digestOfReading({ ...manifest, parts: [moved] })).not.toBe(digestOfReading(manifest));
  });

  it.each(['', 'null', '{}', '{"format":"rollproof-manifest/2","parts":[],"objects":[],"counters":[],"unread":[]}'])(
    'refuses %j',
    (text) => {
      expect(() => manifestFromJson(text)).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
    },
  );
});
