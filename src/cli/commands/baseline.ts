import { open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, basename } from 'node:path';
import { digestBytes } from '../../kernel/digest.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import { countOf } from '../../kernel/count.ts';
import type { Manifest } from '../../subject/manifest.ts';
import { manifestToJson } from '../../subject/manifest-json.ts';
import { readWithProgress } from '../compare-sources.ts';
import { leaveOut, noteUnneeded } from '../left-out.ts';
import { demanded, flag, type Options, textOption } from '../options.ts';
import { noteOpenPasswords } from '../open-password.ts';
import { openLive, readBaseline } from '../source.ts';
import { stopper } from '../stopper.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { showComparison } from './diff.ts';

/** Exit 0 when everything was read, 11 when the baseline has gaps: it then never compares as equal. */
export async function capture(args: readonly string[], options: Options): Promise<number> {
  const source = await openLive(demanded(args, 0, 'the database or folder'));
  const file = resolve(textOption(options, 'out') ?? `${source.name}.baseline.json`);
  await refuseUnwritable(file, flag(options, 'force'));
  noteOpenPasswords([source]);
  const signal = stopper.begin();
  try {
    const began = performance.now();
    const manifest = await readWithProgress(source, signal);
    const text = manifestToJson(manifest);
    await writeWhole(file, text);
    const tookMs = performance.now() - began;
    const left = leaveOut(manifest.unread, options);
    const exitCode = left.unread.length === 0 ? EXIT.ok : EXIT.inconclusive;
    noteUnneeded(left);
    const digest = digestBytes(text);
    if (flag(options, 'json')) {
      jsonLine({
        kind: 'baseline',
        file,
        digest,
        source: source.shown,
        takenAt: manifest.takenAt,
        size: manifest.size,
        parts: manifest.parts.length,
        objects: manifest.objects.length,
        unread: manifest.unread,
        tookMs: Math.round(tookMs),
        exitCode,
      });
    } else showCapture({ manifest, file, digest, fileBytes: text.length, tookMs });
    return exitCode;
  } finally {
    stopper.end();
  }
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
}

function showCapture({ manifest, file, digest, fileBytes, tookMs }: Captured): void {
  const { parts, objects, counters, unread, size } = manifest;
  const read =
    manifest.store.kind === 'directory'
      ? `${countOf(size.rows, 'file or folder', 'files and folders')}, ${formatSize(size.bytes)}`
      : `${countOf(parts.length, 'table')} with ${countOf(size.rows, 'row')}, ${countOf(objects.length, 'definition')}, ${countOf(counters.length, 'sequence')}, ${formatSize(size.bytes)}`;
  const sign = unread.length === 0 ? paint(['green', 'bold'], '● read') : paint(['yellow', 'bold'], '◐ read in part');
  line(`${sign}  ${read} in ${formatDuration(tookMs)}`);
  line(`${oneLine(file)} (${formatSize(fileBytes)}; sums and definitions, no row values)`);
  line(paint('dim', digest));
  if (unread.length === 0) return;
  line(`\n${paint(['bold', 'yellow'], 'could not be read; a comparison with this baseline is never equal')}`);
  for (const { what, why } of unread) line(`  ? ${oneLine(what)}: ${oneLine(why)}`);
}

/** Before the long reading, not after it. */
async function refuseUnwritable(file: string, force: boolean): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
    await rm(file);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (exists && force) return;
    throw new RollproofError(
      'usage-invalid',
      exists ? `${file} exists already` : `${file} cannot be written: ${messageOf(error)}`,
      {
        hint: exists
          ? 'A baseline is evidence and is not overwritten: name another file with --out, or say --force.'
          : 'Name a file in a folder that exists: --out FILE',
        cause: error,
      },
    );
  }
}

/** Whole or not at all. */
async function writeWhole(file: string, text: string): Promise<void> {
  const partial = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new RollproofError('environment-not-ready', `${file} cannot be written: ${messageOf(error)}`, {
      hint: 'Check the space that is left there.',
      cause: error,
    });
  }
}
