import type { SentMessage } from '../../../people/messages/sent-message.ts';
import type { PlannedTwist } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { ArmedTwist } from './twists.ts';

const ID = 'GF-17';

/** From now on the drill's own inbox takes nothing on this channel. All mail goes over one server, so it is down for all of it. */
export async function armDeafChannel({ world }: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const channel = twist.channel ?? '';
  const kind = world.plan.channels[channel]?.kind;
  if (kind === undefined || world.inbox === null)
    return { where: channel, armed: false, what: 'no step of this scenario sends a message' };
  await world.inbox.refuse(kind === 'smtp' ? 'mail' : { post: channel });
  return { where: channel, armed: true, what: `${channel} answers ${kind === 'smtp' ? '421' : '503'} to everything` };
}

export async function noteRefusal(context: Context, sent: SentMessage): Promise<void> {
  const where = deafChannel(context.world, sent);
  const trouble = sent.deliveries.find((one) => one.copies === 0)?.trouble ?? null;
  if (where === undefined || trouble === null) return;
  const evidence = `${sent.message} was refused by ${sent.channel}: ${trouble}`;
  await context.note('twist-shown', { twist: ID, where, shown: true, evidence });
}

function deafChannel({ plan, request }: World, sent: SentMessage): string | undefined {
  return request.scenario.twists.find(({ id, channel }) => {
    const isSame = channel === sent.channel || (sent.over === 'smtp' && plan.channels[channel ?? '']?.kind === 'smtp');
    return id === ID && isSame;
  })?.channel;
}
