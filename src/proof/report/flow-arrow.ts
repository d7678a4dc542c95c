import type { FlowOnMap } from '../record.ts';
import { type Markup, markup } from './markup.ts';

/** Told apart by form alone: whole line, dotted line, line cut once, line cut and closed off on both sides. */
export function flowArrow(state: FlowOnMap['state'], description: string): Markup {
  return markup`<svg class="flow-arrow is-${state}" viewBox="0 0 96 16" width="96" height="16" role="img" aria-label="${description}"><title>${description}</title>${FORM[state]}</svg>`;
}

const HEAD = markup`<path class="tip" d="M84 2 95 8 84 14z"/>`;

const FORM: Readonly<Record<FlowOnMap['state'], Markup>> = {
  'running': markup`<path d="M1 8H86" stroke-width="3"/>${HEAD}`,
  'draining': markup`<path d="M1 8H86" stroke-width="3" stroke-dasharray="3 5"/>${HEAD}`,
  'stopped': markup`<path d="M1 8H42M54 8H86" stroke-width="1.5"/><path d="M48 1V15" stroke-width="3"/><path d="M84 2 95 8 84 14z"/>`,
  'proven-stopped': markup`<path d="M1 8H38M58 8H86" stroke-width="1.5"/><path d="M41 1V15M55 1V15" stroke-width="3"/><circle class="tip" cx="48" cy="8" r="4"/><path d="M84 2 95 8 84 14z"/>`,
  'not-shown': markup`<path d="M1 8H34M62 8H86" stroke-width="1.5" stroke-dasharray="1 4"/><circle cx="48" cy="8" r="6"/><path d="M84 2 95 8 84 14z" stroke-dasharray="1 3"/>`,
};
