import { expect, test } from 'vitest';
import { fakeWorld, notingContext } from '../../../test/support/fake-world.ts';
import type { Context } from './context.ts';
import { answers, shutOut as shutOutWhom } from './turning-points.ts';

const shutOut = (context: Context) => shutOutWhom(context, 'everybody');

const quiet = { db: { foreignSessions: async () => 0 }, docs: { foreignSessions: async () => 0 } };
const app = (running: boolean, release = '10') => ({
  app: { status: () => ({ running, ended: null }), installed: () => release },
});

async function instantsOf(turn: typeof shutOut, world: ReturnType<typeof fakeWorld>): Promise<readonly string[]> {
  const { context, notes } = notingContext(world);
  await turn(context);
  return notes.flatMap((note) => (note.topic === 'instant' ? [note.facts.name] : []));
}

test('t3 when nobody is connected and no program that knows a store runs', async () => {
  expect(await instantsOf(shutOut, fakeWorld({ stores: quiet, services: app(false) }))).toEqual(['t3']);
});

test('no t3 while somebody is connected or a program may connect again', async () => {
  const connected = { ...quiet, db: { foreignSessions: async () => 2 } };
  expect(await instantsOf(shutOut, fakeWorld({ stores: connected, services: app(false) }))).toEqual([]);
  expect(await instantsOf(shutOut, fakeWorld({ stores: quiet, services: app(true) }))).toEqual([]);
});

test('what is still there is said, and blamed on the plan', async () => {
  const { context, notes } = notingContext(
    fakeWorld({ stores: { ...quiet, db: { foreignSessions: async () => 1 } }, services: app(true) }),
  );
  await shutOut(context);
  expect(notes.filter((note) => note.topic === 'trouble')).toMatchObject([
    { facts: { what: 'still there when the restore begins: app, 1 session in db', blame: 'plan' } },
  ]);
});

const answering = { db: { answers: async () => '16' }, docs: { answers: async () => '' } };

test('t4 when stores answer and programs run in the right release', async () => {
  expect(await instantsOf(answers, fakeWorld({ stores: answering, services: app(true) }))).toEqual(['t4']);
});

test('no t4 in the wrong release, but the drill goes on', async () => {
  const { context, notes } = notingContext(fakeWorld({ stores: answering, services: app(true, '11') }));
  expect(await answers(context)).toMatchObject({ kind: 'succeeded', detail: 'all answer, but app in release 11' });
  expect(notes).toEqual([]);
});

test('a store or a program that does not answer breaks the rollback off', async () => {
  const silent = { ...answering, db: { answers: async () => null } };
  const { context } = notingContext(fakeWorld({ stores: silent, services: app(false) }));
  expect(await answers(context)).toMatchObject({ kind: 'failed', blame: 'plan', detail: 'no answer from db, app' });
});

test('law 12: a program that ran out of memory is the environment’s failure', async () => {
  const ended = { exitCode: null, signal: 'SIGKILL', outOfMemory: true, byUs: false };
  const services = { app: { status: () => ({ running: false, ended }), installed: () => '10' } };
  const { context } = notingContext(fakeWorld({ stores: answering, services }));
  expect(await answers(context)).toMatchObject({ kind: 'failed', blame: 'environment' });
});
