import { describe, expect, test } from 'vitest';
import { type FakeNode, graphOf, nodeOf } from '../../test/support/fake-drill.ts';
import { ancestorsOf, assertSound, inOrder, journalledGraph } from './graph.ts';

const DIAMOND = graphOf({
  end: { after: ['left', 'right'] },
  left: { after: ['begin'] },
  right: { after: ['begin'] },
  begin: {},
});

describe('a graph that a composer must never produce is refused', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, FakeNode>>, RegExp])[] = [
    ['unknown predecessor', { a: { after: ['ghost'] } }, /node a waits for ghost, which does not exist/],
    ['unknown node that should fail', { a: { whenFailed: 'ghost' } }, /node a waits for ghost, which does not exist/],
    ['cycle', { a: { after: ['b'] }, b: { after: ['c'] }, c: { after: ['a'] } }, /the graph has a cycle/],
    ['cycle through whenFailed', { a: { after: ['b'] }, b: { whenFailed: 'a' } }, /the graph has a cycle/],
    ['waits for itself', { a: { after: ['a'] } }, /the graph has a cycle/],
    ['retry of what asks', { a: { repeat: 'ask', retry: { times: 1, waitMs: 0 } } }, /a is retried although/],
    ['retry of what is checked', { a: { repeat: 'check', retry: { times: 1, waitMs: 0 } } }, /a is retried although/],
    ['no time', { a: { timeoutMs: 0 } }, /node a has no time to run in/],
  ];
  test.each(cases)('%s', (_, nodes, message) => {
    expect(() => assertSound(graphOf(nodes))).toThrow(
      expect.objectContaining({ code: 'invariant-broken', message: expect.stringMatching(message) }),
    );
  });

  test('two nodes of one name', () => {
    expect(() => assertSound({ nodes: [nodeOf('a'), nodeOf('a')] })).toThrow(/same id/);
  });
});

test('a sound graph is accepted, and so is an empty one', () => {
  expect(() => assertSound(DIAMOND)).not.toThrow();
  expect(() => assertSound({ nodes: [] })).not.toThrow();
});

test('every node stands after those it waits for', () => {
  const graph = graphOf({
    fallback: { whenFailed: 'end' },
    ...Object.fromEntries(DIAMOND.nodes.map((node) => [node.id, node])),
  });
  expect(inOrder(graph).map((node) => node.id)).toEqual(['begin', 'left', 'right', 'end', 'fallback']);
});

test('ancestors are found through others and through whenFailed', () => {
  const graph = graphOf({ a: {}, b: { after: ['a'] }, c: { whenFailed: 'b' }, d: { after: ['c'] }, e: {} });
  expect([...ancestorsOf(graph, 'd')].toSorted()).toEqual(['a', 'b', 'c']);
  expect(ancestorsOf(graph, 'e').size).toBe(0);
  expect([...ancestorsOf(DIAMOND, 'end')].toSorted()).toEqual(['begin', 'left', 'right']);
});

test('a chain of many thousand nodes is walked without exhausting the stack', () => {
  const nodes = Array.from({ length: 20_000 }, (_, index) =>
    nodeOf(`n${index}`, { after: index === 0 ? [] : [`n${index - 1}`] }),
  );
  expect(ancestorsOf({ nodes }, 'n19999').size).toBe(19_999);
});

test('the journal gets the nodes without their activities', () => {
  const secret = { kind: 'sql', password: 'do not write down' };
  const journalled = journalledGraph({ nodes: [{ ...nodeOf('a', { always: true }), activity: secret }] });
  expect(journalled.nodes).toEqual([
    { id: 'a', title: 'a', after: [], stage: 'restore', procedure: null, clock: null, owner: null, expected: null },
  ]);
});
