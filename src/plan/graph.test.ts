import { describe, expect, test } from 'vitest';
import { ancestorsOf, criticalPath, descendantsOf, procedureGraph } from './graph.ts';
import type { Procedure } from './schema.ts';

type StepDraft = Partial<Procedure['steps'][number]> & { readonly id: string };

function procedureOf(...steps: readonly StepDraft[]): Procedure {
  return { from: ['live'], to: 'before', steps: steps.map((step) => ({ stop: 'app', ...step })) };
}

function lasting(p90: string): Pick<StepDraft, 'expected'> {
  return { expected: { p50: p90, p90 } };
}

describe('the graph of a procedure', () => {
  test('a step without after follows the one written before it; [] starts at once', () => {
    const graph = procedureGraph(
      procedureOf({ id: 'a' }, { id: 'b' }, { id: 'c', after: [] }, { id: 'd', after: ['a', 'c'] }),
    );
    expect(Object.fromEntries(graph.predecessors)).toMatchObject({ a: [], b: ['a'], c: [], d: ['a', 'c'] });
    expect(graph.order.slice(0, 2)).toEqual(['a', 'c']);
    expect(graph.cycles).toEqual([]);
  });

  test('verified stands behind every step that does not wait for it', () => {
    const graph = procedureGraph(procedureOf({ id: 'a' }, { id: 'open', after: ['verified'] }, { id: 'tell' }));
    expect(graph.predecessors.get('verified')).toEqual(['a']);
    expect(graph.order).toEqual(['a', 'verified', 'open', 'tell']);
    expect([...descendantsOf(graph, 'verified')]).toEqual(['open', 'tell']);
    expect([...ancestorsOf(graph, 'tell')].sort()).toEqual(['a', 'open', 'verified']);
  });

  test('cycles are named, also of one step, and left out of the order', () => {
    const graph = procedureGraph(
      procedureOf(
        { id: 'a', after: ['c'] },
        { id: 'b' },
        { id: 'c' },
        { id: 'self', after: ['self'] },
        { id: 'free', after: [] },
      ),
    );
    expect(graph.cycles.map((cycle) => [...cycle].sort())).toEqual([['a', 'b', 'c'], ['self']]);
    expect(graph.order).toEqual(['free']);
  });

  test('the critical path is the longest by p90, without steps for the case of a failure', () => {
    const procedure = procedureOf(
      { id: 'lock', ...lasting('1m') },
      { id: 'data', after: ['lock'], ...lasting('20m') },
      { id: 'files', after: ['lock'], ...lasting('25m') },
      { id: 'rescue', after: ['files'], when: { failed: 'files' }, ...lasting('2h') },
      { id: 'up', after: ['data', 'files'], ...lasting('30s') },
      { id: 'open', after: ['verified'] },
    );
    const path = criticalPath(procedure, procedureGraph(procedure));
    expect(path.steps).toEqual(['lock', 'files', 'up']);
    expect(path.p90Ms).toBe(26.5 * 60_000);
    expect(path.unknown).toEqual(['open']);
  });
});
