import { readFile } from 'node:fs/promises';
import type { IsolationLevel, IsolationProof } from '../../environment/host.ts';
import { type Attempt, parseAttempt } from './launcher.ts';

/** Name under which the same attempt is made from outside. */
export const OUTSIDE = 'outside';

export async function readAttempts(logFile: string): Promise<readonly Attempt[]> {
  const text = await readFile(logFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''; // nothing was started yet
    throw error;
  });
  return text
    .split('\n')
    .map(parseAttempt)
    .filter((attempt) => attempt !== undefined);
}

export function judgeAttempts(
  attempts: readonly Attempt[],
  level: IsolationLevel,
  namespace: string,
): Omit<IsolationProof, 'outward'> {
  const inside = attempts.filter((attempt) => attempt.name !== OUTSIDE);
  return {
    level,
    outsideReached: attempts.some((attempt) => attempt.name === OUTSIDE && attempt.reached.length > 0),
    attempts: inside.length,
    escaped: inside.filter((attempt) => attempt.reached.length > 0 || !attempt.isStarted).map(describeEscape),
    namespace,
  };
}

function describeEscape(attempt: Attempt): string {
  const what = attempt.reached.length > 0 ? `reached ${attempt.reached.join(' and ')}` : `was in ${attempt.namespace}`;
  return `${attempt.name} (pid ${attempt.pid}) ${what}${attempt.isStarted ? '' : ' and was not started'}`;
}
