/**
 * Nothing measures text while a report is rendered, and the reader's font is unknown: these widths, in shares of the font
 * size, are those of the widest usual interface font (DejaVu Sans), so that labels which do not meet here meet nowhere.
 */
const THIN = 0.36;
const SLIM = 0.42;
const MIDDLE = 0.645;
const BROAD = 0.79;
const FULL = 1.02;

export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * size;
}

/** Cut with `…` where it is longer than `width`; the full text belongs into a title beside it. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const room = width - textWidth('…', size);
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += emsOf(character) * size;
    if (used > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function emsOf(character: string): number {
  if (/[ iIjlf.,:;'|!/]/.test(character)) return THIN;
  if (/[rt()[\]-]/.test(character)) return SLIM;
  if (/[mwMW@%…—<>=+~#^]/.test(character)) return FULL;
  if (/[A-Z&]/.test(character)) return BROAD;
  return character.charCodeAt(0) < 0x500 ? MIDDLE : FULL;
}
