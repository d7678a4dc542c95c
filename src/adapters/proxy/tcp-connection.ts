import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Decision } from '../../flow/decisions.ts';
import { trickle } from './delivery.ts';
import type { Lane } from './lane.ts';
import { now } from './traffic-log.ts';

/** One connection of a flow that does not speak HTTP: bytes are passed on and counted, nothing is understood. */
export function carryTcp(client: Socket, lane: Lane): void {
  const upstream = connect({ ...lane.way, noDelay: true, allowHalfOpen: true });
  upstream.on('error', () => upstream.destroy());
  client.once('close', () => {
    lane.swallowed.delete(client);
    upstream.destroy();
  });
  upstream.once('close', () => client.destroySoon());
  const fate = fateOf(client, lane);
  carryOneWay({ from: client, to: upstream, fate, count: (bytes) => lane.log.sent(bytes) });
  carryOneWay({ from: upstream, to: client, fate, count: (bytes) => lane.log.received(bytes) });
}

/** Decides once per connection and fault whether it is reset, and for every piece how long it takes. */
function fateOf(client: Socket, lane: Lane): (bytes: number) => Decision {
  let resetDecidedFor: unknown;
  return (bytes) => {
    const { active } = lane;
    if (active === undefined) return { do: 'pass' };
    if (active.fault.kind === 'reset') {
      if (resetDecidedFor === active) return { do: 'pass' };
      resetDecidedFor = active;
    }
    const decision = active.decide({ isMessage: false, items: 0, bytes, nowMs: now().monotonicMs });
    if (decision.do === 'swallow') lane.swallowed.add(client);
    if (decision.do === 'reset') client.resetAndDestroy();
    return decision;
  };
}

interface OneWay {
  readonly from: Socket;
  readonly to: Socket;
  readonly fate: (bytes: number) => Decision;
  readonly count: (bytes: number) => void;
}

function carryOneWay({ from, to, fate, count }: OneWay): void {
  let isSlow = false;
  from.on('data', (chunk: Buffer) => {
    count(chunk.length);
    const decision = fate(chunk.length);
    if (decision.do === 'delay') {
      isSlow = true;
      from.pause();
      carrySlowly(to, chunk, decision)
        .then(() => from.resume())
        .catch(() => from.destroy())
        .finally(() => {
          isSlow = false;
        });
    } else if (decision.do === 'pass' && !to.write(chunk)) from.pause();
  });
  to.on('drain', () => {
    if (!isSlow) from.resume();
  });
  from.on('end', () => to.end());
}

/** Nothing is read meanwhile, so the order stays. */
async function carrySlowly(to: Socket, chunk: Buffer, decision: Extract<Decision, { do: 'delay' }>): Promise<void> {
  await delay(decision.ms);
  if (to.destroyed) return;
  if (decision.bytesPerSecond === null) to.write(chunk);
  else await trickle(to, chunk, decision.bytesPerSecond);
}
