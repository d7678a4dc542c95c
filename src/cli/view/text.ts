import { visibleText } from '../../proof/report/markup.ts';

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WITHOUT_WIDTH = /\p{M}|\u200b|\u200d|\ufe0f/u;

/** Columns of a terminal that the text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WITHOUT_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** One line that cannot move the cursor: names and messages come from outside. */
export function plainText(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ')).trim();
}

/** Exactly `width` columns: cut with `…`, or filled. */
export function fill(text: string, width: number): string {
  const fitted = fit(text, width);
  return fitted + ' '.repeat(Math.max(0, width - columnsOf(fitted)));
}

/** Exactly `width` columns; what is too long loses its middle, because names that begin alike often end differently. */
export function fillMiddle(text: string, width: number): string {
  if (columnsOf(text) <= width) return fill(text, width);
  const tail = Array.from(text)
    .slice(-Math.floor(width / 3))
    .join('');
  return fill(fit(text, width - columnsOf(tail)) + tail, width);
}

/** At most `width` columns. */
export function fit(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (columnsOf(kept + character) > width - 1) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Left and right in one line; the right one is whole, the left one gives way. */
export function spread(left: string, right: string, width: number): string {
  const room = width - columnsOf(right);
  return `${fill(left, Math.max(0, room - 1))} ${right}`;
}

export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plainText(text)
    .split(' ')
    .flatMap((each) => piecesOf(each, width))) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Longer than a line: broken, because nothing may be lost and nothing may stick out. */
function piecesOf(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (columnsOf(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
