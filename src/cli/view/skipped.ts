import type { StepView } from './model.ts';
import { fit, plainText } from './text.ts';

/** What was not run: one line for each reason, never silent. */
export function skippedLines(steps: Iterable<StepView>, width: number): readonly string[] {
  const skipped = [...steps].filter((step) => step.state === 'skipped');
  return [...Map.groupBy(skipped, (step) => step.why)].map(([why, alike]) => {
    const names = alike.map((step) => plainText(step.node.title)).join(', ');
    return fit(`  ○ ${alike.length} skipped (${plainText(why)}): ${names}`, width);
  });
}
