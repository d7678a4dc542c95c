import { describe, expect, it } from 'vitest';
import { columnsOf, fill, fillMiddle, fit, plainText, spread, wrap } from './text.ts';

describe('text of a known width', () => {
  it.each([
    ['crm', 3],
    ['● ✖ ◐ ○ ◔', 9],
    ['顧客', 4],
    ['e\u0301te\u0301', 3],
  ])('%s takes %i columns', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it.each([0, 1, 5, 9, 40])('is filled or cut to exactly %i columns', (width) => {
    for (const text of ['', 'restore', 'every user of staff', '顧客管理システム'])
      for (const cut of [fill, fillMiddle]) expect(columnsOf(cut(text, width))).toBe(width);
  });

  it('is cut with an ellipsis', () => {
    expect(fit('restore the database', 10)).toBe('restore t…');
    expect(fit('restore', 10)).toBe('restore');
  });

  it('loses its middle where its end tells it apart', () => {
    expect(fillMiddle('ordinary work of the days since the backup on docs', 30)).toBe('ordinary work of th…up on docs');
  });

  it('gives way on the left, not on the right', () => {
    expect(spread('crm-10-to-11 · data-corruption', 'total 9 s', 24)).toBe('crm-10-to-11…  total 9 s');
  });

  it('is wrapped without losing anything', () => {
    const text = 'the server never started, see /a/path/without/any/space/that/is/longer/than/a/line';
    const lines = wrap(text, 20);
    expect(lines.every((line) => columnsOf(line) <= 20)).toBe(true);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });

  it('cannot move the cursor or colour anything', () => {
    expect(plainText('a\u001b[2J\nb\tc')).toBe('a␛[2J b c');
  });
});
