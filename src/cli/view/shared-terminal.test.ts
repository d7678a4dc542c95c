import { describe, expect, it } from 'vitest';
import { abilitiesOf } from './abilities.ts';
import { SharedTerminal } from './shared-terminal.ts';

class Log {
  readonly said: string[] = [];
  pause = (): void => void this.said.push('pause');
  resume = (): void => void this.said.push('resume');
}

describe('the one terminal', () => {
  it('is left alone while somebody is asked', async () => {
    const shared = new SharedTerminal();
    const drawing = new Log();
    shared.drawBy(drawing);
    await shared.ask(async () => drawing.said.push('asked'));
    expect(drawing.said).toEqual(['pause', 'asked', 'resume']);
  });

  it('is given back when the question fails, and the next one is asked', async () => {
    const shared = new SharedTerminal();
    const drawing = new Log();
    shared.drawBy(drawing);
    const first = shared.ask(async () => {
      throw new Error('withdrawn');
    });
    const second = shared.ask(async () => 'go back');
    await expect(first).rejects.toThrow('withdrawn');
    expect(await second).toBe('go back');
    expect(drawing.said).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('asks one question at a time', async () => {
    const shared = new SharedTerminal();
    const answer = Promise.withResolvers<string>();
    const order: string[] = [];
    const first = shared.ask(async () => {
      order.push('first');
      await answer.promise;
      order.push('answered');
    });
    const second = shared.ask(async () => void order.push('second'));
    answer.resolve('yes');
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'answered', 'second']);
  });

  it('pauses a drawing that begins while a question is open', async () => {
    const shared = new SharedTerminal();
    const drawing = new Log();
    await shared.ask(async () => shared.drawBy(drawing));
    expect(drawing.said).toEqual(['pause', 'resume']);
  });
});

describe('what a terminal is able to do', () => {
  const TTY = { isTTY: true };
  it.each([
    { name: 'a terminal', stream: TTY, env: {}, canRedraw: true, colour: true },
    { name: 'a pipe', stream: {}, env: {}, canRedraw: false, colour: false },
    { name: 'a build', stream: TTY, env: { CI: '1' }, canRedraw: false, colour: true },
    { name: 'not a build', stream: TTY, env: { CI: 'false' }, canRedraw: true, colour: true },
    { name: 'no colours', stream: TTY, env: { NO_COLOR: '1' }, canRedraw: true, colour: false },
    { name: 'an empty NO_COLOR says nothing', stream: TTY, env: { NO_COLOR: '' }, canRedraw: true, colour: true },
    { name: 'a dumb terminal', stream: TTY, env: { TERM: 'dumb' }, canRedraw: false, colour: false },
  ])('$name', ({ stream, env, canRedraw, colour }) => {
    expect(abilitiesOf(stream, env)).toEqual({ canRedraw, colour });
  });
});
