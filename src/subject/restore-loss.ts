import type { RestoreMessage } from './restore-point.ts';

/**
 * What an error of a restore costs. `role`: owners and rights only. `harmless`: it was there already or an unknown setting.
 * `here`: this machine lacks something that the backup needs. `content`: something of the backup is not there afterwards.
 */
export type RestoreLoss = 'role' | 'harmless' | 'here' | 'content';

const LOSSES: ReadonlyArray<readonly [RestoreLoss, RegExp]> = [
  ['role', /\b(?:role|user) "(?:[^"]|"")*" does not exist/],
  ['role', /must be (?:able to SET ROLE|(?:a )?member of role)/],
  [
    'here',
    /extension "(?:[^"]|"")*" is not available|could not open extension control file|could not access file ".*": No such file/,
  ],
  ['here', /unrecognized (?:encoding|locale)|invalid locale name|the database was created with the locale/],
  ['here', /\btablespace "(?:[^"]|"")*" does not exist/],
  // Newer pg_dump sets what older servers do not know.
  ['harmless', /unrecognized configuration parameter|invalid value for parameter/],
  ['harmless', /already exists/],
  [
    'harmless',
    /(?:schema|database|table|type|function|sequence|view|index|trigger|constraint) .* does not exist, skipping/,
  ],
];

const EXHAUSTED =
  /No space left on device|Disk quota exceeded|out of memory|Cannot allocate memory|could not resize shared memory|Too many open files/i;

/** The place where it was restored had no more room, memory or handles: what came after says nothing about the backup. */
export function isExhausted(message: RestoreMessage): boolean {
  return message.severity === 'error' && message.examples.some((example) => EXHAUSTED.test(example));
}

/** Null for messages that are no errors: they cost nothing. */
export function lossOf(message: RestoreMessage): RestoreLoss | null {
  if (message.severity !== 'error') return null;
  if (isExhausted(message)) return 'here';
  const text = message.examples[0] ?? message.pattern;
  return LOSSES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'content';
}
