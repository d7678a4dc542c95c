import { resolve } from 'node:path';
import { digestBytes } from '../../kernel/digest.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import { countOf } from '../../kernel/count.ts';
import type { Manifest } from '../../subject/manifest.ts';
import { manifestToJson } from '../../subject/manifest-json.ts';
import { readWithProgress } from '../compare-sources.ts';
import { leaveOut, noteUnneeded } from '../left-out.ts';
import { demanded, flag, type Options, textOption } from '../options.ts';
import { noteOpenPasswords } from '../open-password.ts';
import { type MadeDump, makeDump, type PlannedDump, plannedDump } from '../baseline-dump.ts';
import { type LiveSource, openLive, readBaseline } from '../source.ts';
import { stopper } from '../stopper.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { refuseUnwritable, withFiles } from '../whole-file.ts';
import { showComparison } from './diff.ts';

/** Exit 0 when everything was read, 11 when the baseline has gaps: it then never compares as equal. */
export async function capture(args: readonly string[], options: Options): Promise<number> {
  const source = await openLive(demanded(args, 0, 'the database or folder'));
  const file = resolve(textOption(options, 'out') ?? `${source.name}.baseline.json`);
  const dump = await plannedDump(source, options);
  const force = flag(options, 'force');
  if (dump?.path === file) throw new RollproofError('usage-invalid', `${file} is to be both baseline and dump`);
  await refuseUnwritable(file, { force, what: 'A baseline', option: '--out' });
  if (dump !== null) await refuseUnwritable(dump.path, { force, what: 'A backup', option: '--with-dump' });
  noteOpenPasswords([source]);
  const signal = stopper.begin();
  try {
    const captured = await write({ source, file, dump, signal });
    const left = leaveOut(captured.manifest.unread, options);
    const exitCode = left.unread.length === 0 ? EXIT.ok : EXIT.inconclusive;
    noteUnneeded(left);
    if (flag(options, 'json')) showJson(captured, { source: source.shown, exitCode });
    else showCapture(captured);
    return exitCode;
  } finally {
    stopper.end();
  }
}

interface Writing {
  readonly source: LiveSource;
  readonly file: string;
  readonly dump: PlannedDump | null;
  readonly signal: AbortSignal;
}

/** Both files or neither: a baseline beside the dump of another moment would accuse a good backup. */
async function write({ source, file, dump, signal }: Writing): Promise<Captured> {
  const began = performance.now();
  return withFiles(dump === null ? [file] : [file, dump.path], async ([baseline, dumpFile]) => {
    let made: MadeDump | null = null;
    const manifest = await readWithProgress(
      source,
      signal,
      dump === null || dumpFile === undefined
        ? {}
        : {
            whileOpen: async (snapshot: string) => void (made = await makeDump(dump, { snapshot, dumpFile, signal })),
          },
    );
    const text = manifestToJson(manifest);
    await baseline?.handle.writeFile(text);
    const tookMs = performance.now() - began;
    return { manifest, file, digest: digestBytes(text), fileBytes: text.length, tookMs, dump: made };
  });
}

/** The baseline is the earlier state, whatever the order of the arguments. */
export async function compare(args: readonly string[], options: Options): Promise<number> {
  const after = await openLive(demanded(args, 0, 'the database or folder'));
  const before = await readBaseline(demanded(args, 1, 'the baseline file'));
  return showComparison({ before, after, options });
}

interface Captured {
  readonly manifest: Manifest;
  readonly file: string;
  readonly digest: string;
  readonly fileBytes: number;
  readonly tookMs: number;
  readonly dump: MadeDump | null;
}

function showJson(
  { manifest, file, digest, tookMs, dump }: Captured,
  { source, exitCode }: { readonly source: string; readonly exitCode: number },
): void {
  jsonLine({
    kind: 'baseline',
    file,
    digest,
    source,
    takenAt: manifest.takenAt,
    size: manifest.size,
    parts: manifest.parts.length,
    objects: manifest.objects.length,
    unread: manifest.unread,
    tookMs: Math.round(tookMs),
    dump,
    exitCode,
  });
}

function showCapture({ manifest, file, digest, fileBytes, tookMs, dump }: Captured): void {
  const { parts, objects, counters, unread, size } = manifest;
  const read =
    manifest.store.kind === 'directory'
      ? `${countOf(size.rows, 'file or folder', 'files and folders')}, ${formatSize(size.bytes)}`
      : `${countOf(parts.length, 'table')} with ${countOf(size.rows, 'row')}, ${countOf(objects.length, 'definition')}, ${countOf(counters.length, 'sequence')}, ${formatSize(size.bytes)}`;
  const sign = unread.length === 0 ? paint(['green', 'bold'], '● read') : paint(['yellow', 'bold'], '◐ read in part');
  line(`${sign}  ${read} in ${formatDuration(tookMs)}`);
  line(`${oneLine(file)} (${formatSize(fileBytes)}; sums and definitions, no row values)`);
  line(paint('dim', digest));
  if (dump !== null) {
    line(`${oneLine(dump.file)} (${formatSize(dump.bytes)}; pg_dump ${dump.tool} of the same snapshot)`);
    line(paint('dim', dump.digest));
    line(`\nIn the plan, as a form of the restore point; its drill then shows whether the backup is complete:`);
    line(`  - { format: pg_dump, path: ${JSON.stringify(dump.file)}, baseline: ${JSON.stringify(file)} }`);
  }
  if (unread.length === 0) return;
  line(`\n${paint(['bold', 'yellow'], 'could not be read; a comparison with this baseline is never equal')}`);
  for (const { what, why } of unread) line(`  ? ${oneLine(what)}: ${oneLine(why)}`);
}
