import { RollproofError } from '../../kernel/errors.ts';
import type { Metric } from '../../plan/schema.ts';

/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

type Series = Pick<Metric, 'name' | 'labels' | 'take'>;

/**
 * The text format of Prometheus, version 0.0.4. Strict: a page that is not understood as a whole says nothing, because a
 * line that is left out might be the one that is asked for.
 */
export function parseMetrics(page: string): readonly Sample[] {
  return page.split('\n').flatMap((line, index) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [sampleIn(text, index + 1)];
  });
}

const SAMPLE = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const VALUE = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['+inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

function sampleIn(text: string, line: number): Sample {
  const [, name, labels = '', value = ''] = SAMPLE.exec(text) ?? [];
  if (name === undefined) throw notAPage(line, 'it is no sample');
  const special = SPECIAL.get(value.toLowerCase());
  if (special === undefined && !VALUE.test(value)) throw notAPage(line, `${value} is no number`);
  return { name, labels: labelsIn(labels, line), value: special ?? Number(value) };
}

const LABEL = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"((?:[^"\\]|\\[\\"n])*)"\s*(,|$)/y;

function labelsIn(text: string, line: number): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length && text.slice(at).trim() !== ''; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined) throw notAPage(line, 'its labels are not understood');
    if (labels.has(name)) throw notAPage(line, `it has the label ${name} twice`);
    labels.set(
      name,
      value.replaceAll(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    );
  }
  return labels;
}

function notAPage(line: number, why: string): RollproofError {
  return new RollproofError('could-not-read', `line ${line} of the metrics cannot be read: ${why}`);
}

/** The number that the plan means. Throws where none or more than one fits, so that a renamed metric is never green. */
export function metricValue(page: string, metric: Metric): number {
  const samples = parseMetrics(page);
  const value = seriesValue(samples, metric);
  return metric.per === undefined ? value : value / seriesValue(samples, metric.per);
}

function seriesValue(samples: readonly Sample[], series: Series): number {
  const fitting = samples.filter((sample) => sample.name === series.name && hasLabels(sample, series));
  const values = fitting.map((sample) => sample.value);
  const [only] = values;
  if (only === undefined) throw new RollproofError('could-not-read', `there is no series ${shown(series)}`);
  switch (series.take) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case undefined:
      if (values.length === 1) return only;
      throw new RollproofError('could-not-read', `${values.length} series fit ${shown(series)}`, {
        hint: 'Add labels, or say `take: sum`, `max` or `min`.',
      });
  }
}

function hasLabels({ labels }: Sample, series: Series): boolean {
  return Object.entries(series.labels ?? {}).every(([name, wanted]) => {
    const value = labels.get(name) ?? '';
    return typeof wanted === 'string' ? value === wanted : new RegExp(`^(?:${wanted.matches})$`, 'u').test(value);
  });
}

function shown({ name, labels = {} }: Series): string {
  const wanted = Object.entries(labels).map(([label, value]) =>
    typeof value === 'string' ? `${label}="${value}"` : `${label}=~"${value.matches}"`,
  );
  return wanted.length === 0 ? name : `${name}{${wanted.join(', ')}}`;
}
