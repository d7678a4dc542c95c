import { type Markup, markup } from './markup.ts';

/** Widths of the drawn pictures: the style sheet shows the one that fits, because scaled text would be too small or too large. */
export const PICTURE_WIDTHS = { wide: 1068, middle: 704, narrow: 328 } as const;
export type PictureSize = keyof typeof PICTURE_WIDTHS;

/** One drawing a page width. `scope` keeps ids of several pictures in one document apart. */
export function picture(scope: string, draw: (size: PictureSize, scope: string) => Markup): Markup {
  const sizes: readonly PictureSize[] = ['wide', 'middle', 'narrow'];
  return markup`${sizes.map((size) => markup`<div class="picture is-${size}">${draw(size, `${scope}-${size}`)}</div>`)}`;
}
