import { absentRole } from '../../../plan/absence.ts';
import type { PlannedTwist } from '../../../plan/schema.ts';
import type { Context } from '../context.ts';
import type { ArmedTwist } from './twists.ts';

/** The roster was made without them already; here it is looked up whether they are missing from it. */
export async function armAbsence(context: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const { plan, roster } = context.world.request;
  const role = absentRole(plan, twist);
  const found = roster.roles.find((one) => one.role === role);
  const where = role ?? 'team';
  if (found?.presence !== 'absent') return { where, armed: false, what: 'the team has nobody of that role' };
  const what = `${found.person ?? where} (${where}) is absent${twist.role === undefined ? ', drawn by lot' : ''}`;
  const acting = found.actedBy === null ? 'nobody acts for them' : `${found.actedBy} acts for them`;
  await context.note('twist-shown', { twist: twist.id, where, shown: true, evidence: `${what}; ${acting}` });
  return { where, armed: true, what };
}
