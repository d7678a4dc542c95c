import { describe, expect, it } from 'vitest';
import { manifestOf, partOf } from '../../test/support/manifest.ts';
import { manifestFromJson, manifestToJson } from './manifest-json.ts';

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

  it.each(['', 'null', '{}', '{"format":"rollproof-manifest/2","parts":[],"objects":[],"counters":[],"unread":[]}'])(
    'refuses %j',
    (text) => {
      expect(() => manifestFromJson(text)).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
    },
  );
});
