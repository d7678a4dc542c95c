import { formatDuration } from '../../kernel/duration.ts';
import { figuresOf } from './figures.ts';
import type { SentMessage } from './sent-message.ts';

/** Something that keeps a message from having told its audience, and only it, the right thing at the right time. */
export interface MessageProblem {
  readonly kind: 'too-early' | 'nobody' | 'not-delivered' | 'twice' | 'stranger' | 'unmarked' | 'link' | 'late';
  readonly sentence: string;
  readonly expected: string;
  readonly actual: string;
}

const MOST_NAMED = 5;

export function problemsOf(sent: SentMessage): readonly MessageProblem[] {
  if (sent.heldBack !== null) return sent.heldBack.why === 'too-early' ? [tooEarly(sent, sent.heldBack.sentence)] : [];
  if (sent.deliveries.length === 0) return [nobody(sent)];
  return [
    ...undelivered(sent),
    ...named(sent, {
      kind: 'twice',
      who: sent.deliveries.filter((one) => one.copies > 1).map((one) => one.to),
      what: 'got it more than once',
      expected: 'one copy each',
    }),
    ...named(sent, {
      kind: 'stranger',
      who: sent.strangers,
      what: 'got it without being in the audience',
      expected: `only ${sent.audience}`,
    }),
    ...named(sent, {
      kind: 'unmarked',
      who: sent.deliveries.filter((one) => !one.marked).map((one) => one.to),
      what: 'got it without the mark EXERCISE',
      expected: 'EXERCISE first and last',
    }),
    ...named(sent, {
      kind: 'link',
      who: sent.deliveries.filter((one) => one.copies > 0 && one.link === 'broken').map((one) => one.to),
      what: 'cannot acknowledge it: the link does not work',
      expected: 'every link works',
    }),
    ...late(sent),
  ];
}

function tooEarly(sent: SentMessage, sentence: string): MessageProblem {
  return {
    kind: 'too-early',
    sentence: `${sent.message} was to be sent before \`${sent.gate ?? ''}\` and was held back`,
    expected: `sent after \`${sent.gate ?? ''}\``,
    actual: sentence,
  };
}

function nobody(sent: SentMessage): MessageProblem {
  return {
    kind: 'nobody',
    sentence: `${sent.message} was sent to nobody: the audience ${sent.audience} is empty`,
    expected: 'at least one recipient',
    actual: 'none',
  };
}

function undelivered(sent: SentMessage): readonly MessageProblem[] {
  const missing = sent.deliveries.filter((one) => one.copies === 0);
  if (missing.length === 0) return [];
  const who = undeliveredTo(missing);
  const some = `${missing.length} of ${sent.deliveries.length}`;
  return [
    {
      kind: 'not-delivered',
      sentence: `${sent.message} did not reach ${some}: ${who}`,
      expected: 'delivered to each recipient',
      actual: who,
    },
  ];
}

/** What went wrong for all of them alike is said once. */
function undeliveredTo(missing: SentMessage['deliveries']): string {
  const troubles = new Set(missing.map((one) => one.trouble));
  const [trouble] = troubles;
  if (missing.length > 1 && troubles.size === 1 && typeof trouble === 'string')
    return `${shortened(missing.map((one) => one.to))} (each: ${trouble})`;
  return shortened(missing.map((one) => (one.trouble === null ? one.to : `${one.to} (${one.trouble})`)));
}

function named(
  sent: SentMessage,
  found: Pick<MessageProblem, 'kind' | 'expected'> & { readonly who: readonly string[]; readonly what: string },
): readonly MessageProblem[] {
  const { kind, who, what, expected } = found;
  if (who.length === 0) return [];
  return [{ kind, sentence: `${sent.message}: ${shortened(who)} ${what}`, expected, actual: shortened(who) }];
}

/** From the opening of its gate until enough of the audience had it. */
function late(sent: SentMessage): readonly MessageProblem[] {
  const { deliveredMs } = figuresOf(sent);
  if (deliveredMs === null || sent.withinMs === null || sent.gateAtMs === null) return [];
  const took = deliveredMs - sent.gateAtMs;
  if (took <= sent.withinMs) return [];
  return [
    {
      kind: 'late',
      sentence: `${sent.message} was there ${formatDuration(took)} after it could go out; the plan allows ${formatDuration(sent.withinMs)}`,
      expected: `within ${formatDuration(sent.withinMs)}`,
      actual: formatDuration(took),
    },
  ];
}

function shortened(who: readonly string[]): string {
  const rest = who.length - MOST_NAMED;
  return `${who.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
