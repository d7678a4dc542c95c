import { catalogue, findCatalogueEntry } from '../../catalogue/catalogue.ts';
import { SCENARIO_EXAMPLES } from '../../catalogue/scenario-examples.ts';
import { type CatalogueEntry, FAMILIES, type Family } from '../../catalogue/entry.ts';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { nearestName } from '../../plan/nearest.ts';
import { countOf } from '../../kernel/count.ts';
import { flag, type Options, textOption } from '../options.ts';
import { columns, jsonLine, line, paint, shorten, wrapped } from '../terminal.ts';

const FAMILY_NAME: Readonly<Record<Family, string>> = {
  TR: 'rollback triggers',
  DC: 'data corruption',
  IF: 'integration failures',
  GF: 'go-live failures',
  BK: 'backup defects',
};

export async function faults(args: readonly string[], options: Options): Promise<number> {
  const [id] = args;
  const json = flag(options, 'json');
  if (id !== undefined) return showEntry(entryOf(id), json);
  const family = textOption(options, 'family');
  const shown = catalogue.filter(
    (entry) =>
      (family === undefined || entry.family === family) &&
      (!flag(options, 'available') || entry.availability === 'available'),
  );
  if (json) for (const entry of shown) jsonLine(entry);
  else
    for (const each of FAMILIES)
      showFamily(
        each,
        shown.filter((entry) => entry.family === each),
      );
  if (!json && family === 'TR') showTemplates(shown);
  if (!json)
    line(
      `${paint('green', '●')} available   ${paint('dim', '○')} planned: described, not executable yet   rollproof faults DC-04 shows one`,
    );
  return EXIT.ok;
}

function entryOf(id: string): CatalogueEntry {
  const wanted = id.toUpperCase();
  const found = findCatalogueEntry(wanted);
  if (found !== undefined) return found;
  const close = nearestName(
    wanted,
    catalogue.map((entry) => entry.id),
  );
  throw new RollproofError('usage-invalid', `the catalogue has no entry ${id}`, {
    hint: `${close === undefined ? '' : `Did you mean ${close}? `}rollproof faults lists them all.`,
  });
}

function showFamily(family: Family, entries: readonly CatalogueEntry[]): void {
  if (entries.length === 0) return;
  const available = entries.filter((entry) => entry.availability === 'available').length;
  line(
    paint('bold', `${family}  ${FAMILY_NAME[family]}`) +
      paint('dim', `  ${countOf(entries.length, 'entry', 'entries')}, ${available} available`),
  );
  const nameWidth = Math.max(...entries.map(({ name }) => name.length));
  for (const { id, name, happens, availability } of entries) {
    const sign = availability === 'available' ? paint('green', '●') : paint('dim', '○');
    const head = `${id}  ${name.padEnd(nameWidth)}`;
    line(`  ${sign} ${head} ${paint('dim', shorten(happens, Math.max(20, columns() - head.length - 6)))}`.trimEnd());
  }
  line();
}

function showEntry(entry: CatalogueEntry, json: boolean): number {
  if (json) {
    jsonLine(entry);
    return EXIT.ok;
  }
  line(
    `${paint('bold', `${entry.id}  ${entry.name}`)}  ${paint('dim', `${FAMILY_NAME[entry.family]}, ${entry.availability}`)}`,
  );
  const parts = [
    ['happens', entry.happens],
    ['seen by', entry.seenBy],
    ['red when', entry.threshold],
    ['response', entry.response],
  ] as const;
  for (const [name, text] of parts)
    if (text !== undefined) line(`${paint('dim', name.padEnd(9))}${wrapped(text, { indent: 9 }).trimStart()}`);
  if (entry.template !== undefined)
    line(`\n${paint('dim', 'in a plan; names and limits are examples')}\n  triggers:\n${indented(entry.template, 4)}`);
  if (entry.family === 'DC' && entry.availability === 'available') {
    line(
      `\n${paint('dim', 'in a plan')}\n  scenarios:\n    damaged: { kind: S1, at: live, faults: [{ id: ${entry.id}, in: db, rate: 1%, seed: 7 }], rollback: go-back }`,
    );
  }
  const example = SCENARIO_EXAMPLES[entry.id];
  if (example !== undefined) line(`\n${paint('dim', 'in a plan; names are examples')}\n  scenarios:\n    ${example}`);
  return EXIT.ok;
}

/** All of them as one block, to paste and to cut down. */
function showTemplates(entries: readonly CatalogueEntry[]): void {
  const templates = entries.flatMap(({ template }) => (template === undefined ? [] : [indented(template, 2)]));
  line(`${paint('dim', 'to paste into a plan; names and limits are examples')}\ntriggers:\n${templates.join('\n')}\n`);
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(by));
}
