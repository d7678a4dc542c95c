import { describe, expect, it } from 'vitest';
import { metricValue, parseMetrics } from './metrics.ts';

const PAGE = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",path="/a \\"b\\" \\\\ c"} 990
http_requests_total{code="502",path="/"} 6 1395066363000
http_requests_total{ code="503" , path="/", } 4
latency_seconds{quantile="0.95"} 1.5e-1
queue_age NaN
up 1

# EOF
`;

describe('metrics in the text format of Prometheus', () => {
  it('reads names, labels with escapes, values and times', () => {
    const samples = parseMetrics(PAGE);
    expect(samples).toHaveLength(6);
    expect(samples[0]?.labels.get('path')).toBe('/a "b" \\ c');
    expect(samples[1]).toMatchObject({ name: 'http_requests_total', value: 6 });
  });

  it.each([
    ['the only series of a name', { name: 'up' }, 1],
    ['one by its label', { name: 'latency_seconds', labels: { quantile: '0.95' } }, 0.15],
    ['a sum over a pattern', { name: 'http_requests_total', labels: { code: { matches: '5..' } }, take: 'sum' }, 10],
    ['the largest', { name: 'http_requests_total', take: 'max' }, 990],
    [
      'a share',
      {
        name: 'http_requests_total',
        labels: { code: { matches: '5..' } },
        take: 'sum',
        per: { name: 'http_requests_total', take: 'sum' },
      },
      0.01,
    ],
  ] as const)('finds %s', (_, metric, expected) => {
    expect(metricValue(PAGE, metric)).toBeCloseTo(expected);
  });

  it.each([
    ['no series of that name', { name: 'gone' }, 'there is no series gone'],
    ['more than one that fits', { name: 'http_requests_total' }, '3 series fit http_requests_total'],
    [
      'a pattern that fits only a part',
      { name: 'latency_seconds', labels: { quantile: { matches: '9' } } },
      'there is no',
    ],
  ] as const)('refuses %s', (_, metric, message) => {
    expect(() => metricValue(PAGE, metric)).toThrow(message);
  });

  it.each([
    ['<html>', 'line 1 of the metrics cannot be read: it is no sample'],
    ['up 1\nup{a="b} 2', 'line 2 of the metrics cannot be read: its labels are not understood'],
    ['up{a="b",a="c"} 1', 'it has the label a twice'],
    ['up one', 'one is no number'],
    ['up 0x10', '0x10 is no number'],
    ['up{a="\\t"} 1', 'its labels are not understood'],
  ])('refuses the page %s', (page, message) => {
    expect(() => parseMetrics(page)).toThrow(message);
  });
});
