import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordSchema } from '../../src/proof/record.ts';
import { makeWorkplace, objectsOf, rollproof, type Run, type Workplace } from './run-cli.ts';

describe('a drill without a person, decided on the command line', () => {
  let place: Workplace;
  const here = (...args: readonly string[]): Promise<Run> =>
    rollproof([...args, '--plan', join(place.folder, 'example'), '--state', place.state]);

  beforeAll(async () => {
    place = await makeWorkplace();
    expect(
      await rollproof([
        'init',
        join(place.folder, 'example'),
        '--template',
        'in-place-upgrade',
        '--state',
        place.state,
      ]),
    ).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await rollproof(['clean', '--all', '--yes', '--state', place.state]);
    await place[Symbol.asyncDispose]();
  });

  it.each([
    [['--absent', 'dbb'], 'dba'],
    [['--present', 'boss=Jo'], 'sponsor'],
    [['--present', 'dba', '--absent', 'Ines Falk'], 'present and absent'],
    [['--decide', 'go-back'], '--as'],
    [['--decide', 'go-bakc', '--as', 'sponsor'], 'go-back'],
  ] as const)('%j is refused before anything is made', async (args, said) => {
    const run = await here('drill', 'clean-return', ...args);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(said);
  });

  it('keeps who was there, who decided and on what, and names what only the absent could do', async () => {
    const decided = ['--decide', 'go-back', '--as', 'sponsor', '--because', 'the total is wrong'];
    const roster = ['--present', 'sponsor', '--absent', 'dba', '--absent', 'Tom Weber'];
    const run = await here('drill', 'clean-return', '--profile', 'fast', '--json', ...decided, ...roster);
    const verdict = objectsOf(run).at(-1);
    const record = recordSchema.parse(
      JSON.parse(await readFile(join(String(verdict?.['folder']), 'record.json'), 'utf8')),
    );
    expect(record.decision).toMatchObject({
      by: 'Dr. Paul Okafor',
      role: 'sponsor',
      how: 'script',
      choice: 'go-back',
      reason: 'the total is wrong',
    });
    expect(record.claims.find(({ name }) => name === 'decision')).toMatchObject({ state: 'inconclusive' });
    expect(record.clocks.spans.find(({ clock }) => clock === 'decide')).toMatchObject({ state: 'assumed' });
    expect(record.findings.map(({ title }) => title).join('\n')).toMatch(
      /without Ines Falk \(dba\) nobody is left who may do [^\n]*go-back\.restore/,
    );
    expect(run.code).toBe(0);
    const listed = await rollproof(['report', '--state', place.state]);
    expect(listed.out).toMatch(/Dr\. Paul Okafor +1 drill +sponsor +last /);
    expect(listed.out).not.toContain('Ines Falk');
  });
});
