/**
 * The only way text gets into a view. Whatever stands in `${}` is escaped; names in a record come from databases, plans
 * and file systems and may hold anything.
 */
class MarkupText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Markup = MarkupText;
export type MarkupValue = Markup | string | number | null | undefined | false | readonly MarkupValue[];

/** Tagged template for HTML, SVG and XML. Null, undefined and false leave nothing; lists are joined. */
export function markup(literals: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const text = literals.reduce((sum, literal, index) => `${sum}${textOf(values[index - 1])}${literal}`);
  return new MarkupText(text);
}

/** For text that is no element content: a stylesheet that was escaped by the rules of its own language. */
export function verbatim(text: string): Markup {
  return new MarkupText(text);
}

function textOf(value: MarkupValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof MarkupText) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/**
 * Control characters become visible signs: XML forbids them, a terminal would obey them, and marks of writing direction
 * would make a name look like another one.
 */
export function visibleText(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
      .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
      .replace(/\u007f/g, '\u2421')
      .replace(/[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd')
  );
}
