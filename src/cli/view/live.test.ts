import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { recordedEvents, until } from '../../../test/support/recorded-events.ts';
import { liveView } from './live.ts';
import { painter } from './paint.ts';
import { sharedTerminal } from './shared-terminal.ts';
import type { View } from './view.ts';

const drill = recordedEvents('data-corruption');
const CURSOR_HIDDEN = '\u001b[?25l';
const CURSOR_SHOWN = '\u001b[?25h';

/** Only what a drawing needs of a terminal: a size, and something that keeps what was written. */
class FakeTerminal extends EventEmitter {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  written = '';

  write = (data: string): boolean => {
    this.written += data;
    return true;
  };

  get text(): string {
    return stripVTControlCharacters(this.written);
  }
}

function watch(): { readonly view: View; readonly stdout: FakeTerminal; readonly stderr: FakeTerminal } {
  const stdout = new FakeTerminal();
  const stderr = new FakeTerminal();
  const view = liveView({
    heading: { plan: 'crm', scenario: 'data-corruption', kind: 'S1', expected: { decideWithinMs: null, rtoMs: null } },
    clock: createFakeClock(),
    paint: painter(false),
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  open.push(view);
  return { view, stdout, stderr };
}

const open: View[] = [];
afterEach(() => {
  for (const view of open.splice(0)) view.end();
});

describe('the live view', () => {
  it('draws while the drill runs, and leaves a line for each stage and a visible cursor', async () => {
    const { view, stdout } = watch();
    for (const event of until(drill, 'node-started', 'go-back.restore')) view.take(event);
    await vi.waitFor(() => expect(stdout.text).toContain('◔ restore · dba'));
    expect(stdout.written).toContain(CURSOR_HIDDEN);
    for (const event of drill.slice(until(drill, 'node-started', 'go-back.restore').length)) view.take(event);
    view.end();
    expect(stdout.written.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThan(stdout.written.lastIndexOf(CURSOR_HIDDEN));
    expect(stdout.text).toMatch(/● evaluate +1 step +5 ms\n$/);
  });

  it('gives both streams back, and ends twice without harm', async () => {
    const { view, stdout, stderr } = watch();
    const writes = [stdout.write, stderr.write];
    for (const event of until(drill, 'node-started', 'go-back.restore')) view.take(event);
    await vi.waitFor(() => expect(stdout.write).not.toBe(writes[0]));
    view.end();
    const before = stdout.written;
    view.end();
    expect([stdout.write, stderr.write]).toEqual(writes);
    expect(stdout.written).toBe(before);
  });

  it('shows what others write below the picture, and keeps it', async () => {
    const { view, stdout, stderr } = watch();
    const free = stderr.write;
    for (const event of until(drill, 'node-started', 'go-back.restore')) view.take(event);
    await vi.waitFor(() => expect(stderr.write).not.toBe(free));
    stderr.write('\nSIGINT: cleaning up; press again to leave at once\n');
    await vi.waitFor(() => expect(stdout.text).toContain('  SIGINT: cleaning up'));
    view.end();
    expect(stdout.text.split('SIGINT: cleaning up; press again to leave at once\ncrm')).toHaveLength(2);
    expect(stderr.written).not.toContain('SIGINT');
  });

  it('does not draw over a question', async () => {
    const { view, stdout } = watch();
    const free = stdout.write;
    for (const event of until(drill, 'node-started', 'decide')) view.take(event);
    await vi.waitFor(() => expect(stdout.write).not.toBe(free));
    const answer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const question = sharedTerminal.ask(async () => {
      asked.resolve();
      await answer.promise;
    });
    await asked.promise;
    expect(stdout.write).toBe(free);
    const during = stdout.written;
    for (const event of drill.slice(until(drill, 'node-started', 'decide').length, -6)) view.take(event);
    expect(stdout.written).toBe(during);
    answer.resolve();
    await question;
    await vi.waitFor(() => expect(stdout.write).not.toBe(free));
  });

  it('leaves nothing behind when the drill could not be opened', () => {
    const { view, stdout } = watch();
    view.end();
    expect(stdout.written).toBe('');
  });

  it('ends before the first picture was drawn', () => {
    const { view, stdout } = watch();
    const free = stdout.write;
    const [opened] = drill;
    if (opened !== undefined) view.take(opened);
    view.end();
    expect(stdout.write).toBe(free);
    expect(stdout.text).toContain('crm · data-corruption');
  });
});
