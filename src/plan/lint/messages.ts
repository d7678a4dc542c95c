import { isBehindGate } from '../../catalogue/message-templates.ts';
import { ancestorsOf } from '../graph.ts';
import { composeMessage, isSuccess } from '../messages.ts';
import type { LintRule } from './rule.ts';

export const successTooEarly: LintRule = {
  id: 'PL-29',
  title: 'Success told before it is verified',
  severity: 'error',
  capsConfidence: true,
  *find({ plan, procedures }) {
    for (const [name, message] of Object.entries(plan.messages)) {
      if (composeMessage(message).kind !== 'success' || message.after === undefined) continue;
      if (isBehindGate(message.after, 'verified')) continue;
      yield {
        path: ['messages', name, 'after'],
        message: `the message \`${name}\` tells success and is to go out after \`${message.after}\``,
        instead: 'write `after: verified`, or leave it out',
      };
    }
    for (const { graph, steps } of procedures) {
      for (const { step, path } of steps) {
        if (!isSuccess(plan, step.message) || ancestorsOf(graph, step.id).has('verified')) continue;
        yield {
          path: [...path, 'message'],
          message: `the step \`${step.id}\` tells people that it works again before anybody has looked`,
          instead: 'add `after: [verified]`, or the step that opens',
        };
      }
    }
  },
};

export const unsentMessage: LintRule = {
  id: 'PL-30',
  title: 'A message that nothing sends',
  severity: 'note',
  capsConfidence: false,
  *find({ plan, procedures }) {
    const sent = new Set(procedures.flatMap(({ steps }) => steps.flatMap(({ step }) => step.message ?? [])));
    for (const name of Object.keys(plan.messages)) {
      if (sent.has(name)) continue;
      yield {
        path: ['messages', name],
        on: 'key',
        message: `no step sends the message \`${name}\``,
        instead: `add a step { id: …, message: ${name} }, or remove it`,
      };
    }
  },
};
