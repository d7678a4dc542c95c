import type { Fold } from './time-scale.ts';
import type { LaneBar } from './timeline-model.ts';

/** Where everything of a timeline stands, in pixels. Pure geometry, so that a test can hold it to account. */
export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  readonly gutter: number;
  readonly plotTop: number;
  readonly plotBottom: number;
  readonly lanes: readonly PlacedLane[];
  readonly bars: readonly PlacedBar[];
  readonly ticks: readonly PlacedTick[];
  readonly folds: readonly Fold[];
  readonly axis: readonly PlacedText[];
  readonly rta: {
    readonly x1: number;
    readonly x2: number;
    readonly y: number;
    readonly text: PlacedText;
    readonly isExceeded: boolean;
  } | null;
  readonly limit: { readonly x: number; readonly text: PlacedText } | null;
}

export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** `cause` follows `text` on the same line, in the colour of failure. */
export interface Label extends PlacedText {
  readonly cause: string;
  readonly hasSign: boolean;
}

export interface PlacedLane {
  readonly name: PlacedText;
  readonly summary: PlacedText;
  readonly top: number;
  readonly bottom: number;
}

export interface PlacedTick {
  readonly x: number;
  readonly label: PlacedText;
}

export interface Stripe {
  readonly fromX: number;
  readonly toX: number;
}

export interface PlacedBar {
  readonly bar: LaneBar;
  readonly lines: readonly Label[];
  /** Top of the bar itself. */
  readonly y: number;
  readonly readyX: number;
  readonly startX: number;
  readonly endX: number;
  /** Between start and end, in their order. */
  readonly waits: readonly Stripe[];
  readonly p50X: number | null;
  readonly p90X: number | null;
  readonly overX: number | null;
}

export interface LayoutOptions {
  readonly width: number;
  /** `lanes`: clocks beside the plot. `rows`: for narrow pages, the clock above its bars, one bar a row. */
  readonly form: 'lanes' | 'rows';
}

export const BAR_HEIGHT = 12;
export const TEXT = 13;
export const LINE = 18;
export const ROW_HEIGHT = { lanes: 40, rows: 64 };
/** Room for the sign of a failed or unknown bar. */
export const SIGN = 16;
export const LANE_PADDING = 8;
export const MIN_BAR = 3;
/** Bold letters are that much wider. */
export const BOLD = 1.1;
export const GAP = 12;
