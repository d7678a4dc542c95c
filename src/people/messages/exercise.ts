const MARK = 'EXERCISE';

export interface Wording {
  readonly subject: string;
  readonly text: string;
}

/** Nobody may take a rehearsal for the real thing: the mark begins the subject and stands first and last in the text. */
export function markExercise({ subject, text }: Wording, plan: string): Wording {
  return {
    subject: `${MARK}: ${subject}`,
    text: `${MARK}. This is a rehearsal of ${plan}; nothing here is real.\n\n${text.trim()}\n\n${MARK}`,
  };
}

export function isMarked({ subject, text }: Wording): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return subject.startsWith(`${MARK}: `) && lines.at(0)?.startsWith(`${MARK}. `) === true && lines.at(-1) === MARK;
}
