import { dirname, join, normalize } from 'node:path';
import type { Header } from 'tar-stream';
import { badRestorePoint } from './bad-restore-point.ts';

export interface ArchiveEntry {
  /** `.` is the packed folder itself. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hard-link';
  readonly size: number;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly target: string | null;
}

export interface ArchiveSize {
  readonly files: number;
  readonly bytes: number;
}

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  symlink: 'symlink',
  link: 'hard-link',
};

export function checkedEntry(archive: string, header: Header): ArchiveEntry {
  const path = normalize(header.name).replace(/\/+$/, '');
  if (leadsOutside(path))
    throw badRestorePoint(archive, {
      what: `holds the name ${JSON.stringify(header.name)}, which leads outside of the folder`,
      hint: 'do not use this archive',
    });
  const kind = KINDS[header.type ?? ''];
  if (kind === undefined)
    throw badRestorePoint(archive, {
      what: `holds ${path}, a ${header.type ?? 'kind of entry'} that cannot be restored`,
      hint: 'leave out devices, pipes and sparse files when packing',
    });
  const target = kind === 'symlink' || kind === 'hard-link' ? (header.linkname ?? '') : null;
  return {
    path,
    kind,
    size: header.size ?? 0,
    mode: (header.mode ?? 0o644) & 0o7777,
    modifiedMs: header.mtime?.getTime() ?? 0,
    target,
  };
}

export function checkLink(archive: string, entry: ArchiveEntry): void {
  const target = entry.target ?? '';
  const reached = entry.kind === 'symlink' ? join(dirname(entry.path), target) : normalize(target);
  if (target === '' || target.startsWith('/') || leadsOutside(reached)) {
    throw badRestorePoint(archive, {
      what: `holds the link ${entry.path} to ${JSON.stringify(target)}, which leads outside of the folder`,
      hint: 'pack the content of the target instead of the link',
    });
  }
}

function leadsOutside(path: string): boolean {
  return path.startsWith('/') || path === '..' || path.startsWith('../') || path.includes('\0');
}
