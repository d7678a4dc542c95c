import { type MessageProblem, problemsOf } from '../../people/messages/problems.ts';
import type { Evidence } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

const NEXT: Readonly<Record<MessageProblem['kind'], string>> = {
  'too-early': 'Let the step wait for what its message needs, such as `after: [verified]`.',
  'nobody': 'Correct the audience: its query or its list names nobody.',
  'not-delivered': 'Correct the address or the channel, and drill again.',
  'twice': 'Send it in one step, and name each person in one audience.',
  'stranger': 'Find out who else sends it, or who forwards it.',
  'unmarked': 'Nothing but marked messages may leave a drill: please report it.',
  'link': 'Find out what changed the text on its way.',
  'late': 'Send it earlier, side by side with the other steps (`after: []`), or agree on another `within`.',
};

export function fromMessages(evidence: Evidence): readonly FindingDraft[] {
  return evidence.all('message').flatMap((sent) =>
    problemsOf(sent)
      // Of a drill from some step on, the part that opens a gate may have been left out.
      .filter(({ kind }) => !evidence.partial || kind !== 'too-early')
      .map(
        ({ kind, sentence, expected, actual }): FindingDraft => ({
          what: `message-${kind}`,
          where: sent.message,
          severity: kind === 'too-early' || kind === 'stranger' ? 'critical' : 'high',
          phase: 'communicate',
          title: sentence,
          expected,
          actual,
          next: NEXT[kind],
          blame: kind === 'unmarked' ? 'rollproof' : 'plan',
          step: null,
        }),
      ),
  );
}
