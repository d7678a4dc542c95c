/** Every colour of a view, in both themes. Names say the use; a test holds text to a contrast of 4.5:1. */
export const PALETTE = {
  surface: { light: '#ffffff', dark: '#14171c' },
  panel: { light: '#f6f7f9', dark: '#1b1f26' },
  line: { light: '#d8dce2', dark: '#343b46' },
  ink: { light: '#16191f', dark: '#e8ebf0' },
  muted: { light: '#565e6b', dark: '#a4adba' },
  accent: { light: '#1f5fbf', dark: '#6ea8fe' },
  proven: { light: '#1a7f5a', dark: '#4cc38a' },
  failed: { light: '#b3261e', dark: '#ff6369' },
  inconclusive: { light: '#946200', dark: '#f5b83d' },
  'not-examined': { light: '#6b7280', dark: '#9aa3af' },
  work: { light: '#b4cdf3', dark: '#2b4f8a' },
  'work-failed': { light: '#f0b4af', dark: '#7d2a2f' },
  equal: { light: '#e6e9ed', dark: '#2a303a' },
  marked: { light: '#fdf0ef', dark: '#4a2326' },
} as const satisfies Record<string, { readonly light: string; readonly dark: string }>;

export type PaletteName = keyof typeof PALETTE;
export type Theme = 'light' | 'dark';

/** Black and white: shapes, words, hatching and dashes carry the meaning on paper. */
const PAPER: Readonly<Record<PaletteName, string>> = {
  surface: '#ffffff',
  panel: '#ffffff',
  line: '#8a8a8a',
  ink: '#000000',
  muted: '#333333',
  accent: '#000000',
  proven: '#000000',
  failed: '#000000',
  inconclusive: '#000000',
  'not-examined': '#333333',
  work: '#cccccc',
  'work-failed': '#777777',
  equal: '#ffffff',
  marked: '#dddddd',
};

export function paletteVariables(theme: Theme | 'paper'): string {
  const names = Object.keys(PALETTE) as PaletteName[];
  return names.map((name) => `--${name}:${theme === 'paper' ? PAPER[name] : PALETTE[name][theme]}`).join(';');
}

/** Contrast of two colours after WCAG 2: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const channel = (offset: number): number => {
    const value = Number.parseInt(hex.slice(offset, offset + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
