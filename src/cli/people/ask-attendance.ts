import { isCancel, multiselect } from '@clack/prompts';
import { RollproofError } from '../../kernel/errors.ts';
import { type InvitedRole, NOTHING_SAID, peopleOf, rosterOf } from '../../people/roster/roster.ts';
import { plainText } from '../view/text.ts';
import type { Said } from './attendance.ts';

/** Once before an attended drill: whoever is not ticked is absent. */
export async function askAttendance(invited: readonly InvitedRole[]): Promise<Said> {
  const people = peopleOf(rosterOf(invited, NOTHING_SAID));
  if (people.length === 0) return { present: [], absent: [] };
  const ticked = await multiselect({
    message: 'Who is here? (space ticks; whoever is not ticked is absent)',
    options: people.map(({ name, roles, standsInFor }) => ({
      value: name,
      label: plainText(
        [
          name,
          ...(roles.length === 0 ? [] : [roles.join(', ')]),
          ...standsInFor.map((role) => `deputy of ${role}`),
        ].join(' · '),
      ),
    })),
    required: false,
  });
  if (isCancel(ticked)) throw new RollproofError('interrupted', 'ended at the terminal');
  const here = new Set(ticked);
  return {
    present: people.map(({ name }) => name).filter((name) => here.has(name)),
    absent: people.map(({ name }) => name).filter((name) => !here.has(name)),
  };
}
