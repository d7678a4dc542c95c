import { z } from 'zod';

/** One line of an answer file: who says what to which step. */
const answer = z.strictObject({
  step: z.string(),
  by: z.string().min(1),
  finding: z.string().default(''),
});
export type TabletopAnswer = z.output<typeof answer>;

export interface ReadAnswers {
  readonly answers: readonly TabletopAnswer[];
  readonly problems: readonly string[];
}

/** NDJSON: `{"step":"go-back.lock","by":"Ines Falk"}`, with `"finding":"…"` where something is wrong. */
export function readAnswers(text: string, steps: readonly string[]): ReadAnswers {
  const answers: TabletopAnswer[] = [];
  const problems: string[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const read = answerIn(line);
    const problem =
      read === undefined
        ? 'is no answer: write {"step": …, "by": …} and "finding" where something is wrong'
        : !steps.includes(read.step)
          ? `names the step ${read.step}, which is not walked here`
          : answers.some((one) => one.step === read.step)
            ? `answers ${read.step} a second time`
            : undefined;
    if (read !== undefined && problem === undefined) answers.push(read);
    else problems.push(`line ${index + 1} ${problem}`);
  });
  return { answers, problems };
}

function answerIn(line: string): TabletopAnswer | undefined {
  try {
    return answer.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // named by the caller
  }
}
