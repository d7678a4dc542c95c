import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { columnsOf } from '../../src/cli/view/text.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REPLAY = join(ROOT, 'test', 'fixtures', 'replay-view.ts');
const ASK = join(ROOT, 'test', 'fixtures', 'ask-during-view.ts');
const EVENTS = join(ROOT, 'test', 'fixtures', 'events', 'data-corruption.ndjson');
const CURSOR_SHOWN = '\u001b[?25h';
const CURSOR_HIDDEN = '\u001b[?25l';
// oxlint-disable-next-line no-control-regex -- what makes a colour or moves a cursor begins with this character
const ANY_CONTROL = /\u001b/;
// oxlint-disable-next-line no-control-regex -- colours begin with this character
const COLOUR = /\u001b\[\d+(;\d+)*m/;

/** `script` of util-linux gives a program a real terminal. Where it is missing these tests are reported as skipped. */
const HAS_SCRIPT = hasScript();

function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false; // no such program
  }
}

const started: Shown[] = [];
afterEach(() => {
  for (const shown of started.splice(0)) if (shown.process.exitCode === null) shown.process.kill('SIGTERM');
});

class Shown {
  text = '';
  errors = '';
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const { CI, NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
    this.process = spawn(command, [...args], { cwd: ROOT, env: { ...inherited, TERM: 'xterm', ...env } });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code) => resolve(code));
    });
    started.push(this);
  }

  async seen(pattern: RegExp, timeout = 20_000): Promise<void> {
    const shows = (): void => expect(stripVTControlCharacters(this.text), this.errors).toMatch(pattern);
    await Promise.race([vi.waitFor(shows, { timeout, interval: 20 }), this.ended.then(shows)]);
  }

  type(keys: string): void {
    this.process.stdin?.write(keys);
  }
}

function piped(env: Readonly<Record<string, string>> = {}): Shown {
  return new Shown(process.execPath, [REPLAY, EVENTS, '40'], env);
}

function onTerminal(program: readonly string[], env: Readonly<Record<string, string>> = {}): Shown {
  const words = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  return new Shown('script', ['-qefc', `stty cols 80 rows 24; exec ${words}`, '/dev/null'], {
    SHELL: '/bin/sh',
    ...env,
  });
}

describe('into a pipe', () => {
  it('come plain lines of at most 80 columns, without colours', async () => {
    const shown = piped();
    expect(await shown.ended).toBe(0);
    expect(shown.text).not.toMatch(ANY_CONTROL);
    expect(Math.max(...shown.text.split('\n').map(columnsOf))).toBeLessThanOrEqual(80);
    expect(shown.text).toMatch(/54 steps succeeded, in \d/);
  });

  it('comes one JSON object a line with --json', async () => {
    const shown = piped({ REPLAY_JSON: '1' });
    expect(await shown.ended).toBe(0);
    const kinds = shown.text
      .trim()
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds[0]).toBe('drill-opened');
    expect(kinds.at(-1)).toBe('node-ended');
  });
});

describe.skipIf(!HAS_SCRIPT)('on a terminal', () => {
  it('is drawn in its place, and what stays says every stage', async () => {
    const shown = onTerminal([REPLAY, EVENTS, '6']);
    expect(await shown.ended).toBe(0);
    expect(shown.text).toMatch(COLOUR);
    expect(shown.text).toContain(CURSOR_HIDDEN);
    expect(shown.text.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThan(shown.text.lastIndexOf(CURSOR_HIDDEN));
    expect(stripVTControlCharacters(shown.text)).toMatch(/● evaluate +1 step[^\n]*\r\nafter the view\r\n$/);
  });

  it('has shapes without colours under NO_COLOR', async () => {
    const shown = onTerminal([REPLAY, EVENTS, '20'], { NO_COLOR: '1' });
    expect(await shown.ended).toBe(0);
    expect(shown.text).not.toMatch(COLOUR);
    expect(shown.text).toContain('● prepare');
  });

  it.each([{ TERM: 'dumb' }, { CI: '1', NO_COLOR: '1' }])('is plain lines with %o', async (env) => {
    const shown = onTerminal([REPLAY, EVENTS, '40'], env);
    expect(await shown.ended).toBe(0);
    expect(shown.text).not.toMatch(ANY_CONTROL);
    expect(shown.text).toMatch(/54 steps succeeded, in \d/);
  });

  it('is clean again after Ctrl-C, with exit code 130', async () => {
    const shown = onTerminal([REPLAY, EVENTS, '0.5']);
    await shown.seen(/◔ restore db/);
    shown.type('\u0003');
    expect(await shown.ended).toBe(130);
    expect(shown.text.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThan(shown.text.lastIndexOf(CURSOR_HIDDEN));
    expect(stripVTControlCharacters(shown.text)).toMatch(/SIGINT: cleaning up[^\n]*\n[\s\S]*after the view\r\n$/);
  });

  it('does not draw over a question, and goes on after the answer', async () => {
    const shown = onTerminal([ASK, EVENTS]);
    await shown.seen(/orphans is red[\s\S]*Who decides\?[\s\S]*Ines Costa \(sponsor\)/);
    const asked = shown.text.length;
    shown.type('\r');
    await shown.seen(/What do you decide, Ines Costa\?[\s\S]*stay and repair/);
    shown.type('\r');
    await shown.seen(/Why\?/);
    shown.type('the facts say so\r');
    expect(await shown.ended).toBe(0);
    expect(stripVTControlCharacters(shown.text)).toMatch(/● evaluate[^\n]*\r\ndecided: go-back/);
    expect(stripVTControlCharacters(shown.text.slice(asked))).toContain('go back');
  });

  it('ends with 130 after Ctrl-C in a question, where no signal comes', async () => {
    const shown = onTerminal([ASK, EVENTS]);
    await shown.seen(/Who decides\?[\s\S]*Ines Costa \(sponsor\)/);
    shown.type('\u0003');
    expect(await shown.ended).toBe(130);
  });
});

describe('a real drill', () => {
  let state: string;
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'rpv-'));
  });
  afterAll(async () => rm(state, { recursive: true, force: true }));

  it('that is interrupted ends with 130, a verdict line, and nothing left', async () => {
    const shown = new Shown(
      process.execPath,
      [join(ROOT, 'bin', 'rollproof.js'), 'demo', '--json', '--state', state],
      {},
    );
    await shown.seen(/"kind":"node-started","node":"control-run"/, 60_000);
    shown.process.kill('SIGINT');
    expect(await shown.ended).toBe(130);
    const lines = shown.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({
      kind: 'verdict',
      scenario: 'clean-return',
      whole: 'inconclusive',
      rtaMs: null,
    });
    expect(lines.filter((line) => line['kind'] === 'drill-opened')).toHaveLength(1);
    expect(await readdir(join(state, 'environments'))).toEqual([]);
  });
});
