import type { ClaimState } from '../record.ts';
import { type Markup, markup } from './markup.ts';
import { STATE_WORD } from './words.ts';

/** The shapes of states, drawn rather than written: fonts disagree about ✖ and ◐. */
export function shapeDefinitions(): Markup {
  return markup`<svg class="defs" width="0" height="0" aria-hidden="true"><defs>
<symbol id="shape-proven" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="currentColor"/></symbol>
<symbol id="shape-failed" viewBox="0 0 16 16"><path d="M3 3 13 13M13 3 3 13" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" fill="none"/></symbol>
<symbol id="shape-inconclusive" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor"/></symbol>
<symbol id="shape-not-examined" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/></symbol>
</defs></svg>`;
}

export function shape(state: ClaimState): Markup {
  return markup`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true"><use href="#shape-${state}"/></svg>`;
}

/** Shape, word and colour together; never colour alone. `word` replaces the word of the state, such as "passed". */
export function lamp(state: ClaimState, word: string = STATE_WORD[state]): Markup {
  return markup`<span class="lamp is-${state}">${shape(state)}<span>${word}</span></span>`;
}
