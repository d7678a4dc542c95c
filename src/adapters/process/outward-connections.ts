import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Clock } from '../../kernel/clock.ts';
import { findProcesses, type Membership } from './membership.ts';

/** For level `none`, where nothing can be denied: what is looked at now and then may be missed in between. */
export interface OutwardWatch {
  /** `command (pid) → address:port`, each once. */
  seen(): readonly string[];
  stop(): void;
}

const LOOK_EVERY_MS = 500;

export function watchOutwardConnections(membership: Membership, clock: Clock): OutwardWatch {
  const found = new Set<string>();
  const over = new AbortController();
  const look = (): void => {
    for (const connection of findOutwardConnections(membership)) found.add(connection);
  };
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      look();
      await clock.wait(LOOK_EVERY_MS, over.signal);
    }
  };
  loop().catch(() => undefined); // called off by stop
  return {
    seen: () => {
      look();
      return [...found];
    },
    stop: () => over.abort(),
  };
}

function findOutwardConnections(membership: Membership): readonly string[] {
  const remotes = new Map(
    ['tcp', 'tcp6'].flatMap((family) => parseSockets(readTable(family))).map(({ inode, remote }) => [inode, remote]),
  );
  if (remotes.size === 0) return [];
  return findProcesses(membership).flatMap(({ pid, command }) =>
    socketsOf(pid)
      .map((inode) => remotes.get(inode))
      .filter((remote) => remote !== undefined)
      .map((remote) => `${command} (pid ${pid}) → ${remote}`),
  );
}

function readTable(family: string): string {
  try {
    return readFileSync(`/proc/self/net/${family}`, 'utf8');
  } catch {
    return ''; // a kernel without IPv6
  }
}

/** Connections, made or being made, to other machines. */
export function parseSockets(table: string): readonly { readonly inode: string; readonly remote: string }[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '01' || fields[3] === '02')
    .map((fields) => ({ inode: fields[9] ?? '', remote: decodeAddress(fields[2] ?? '') }))
    .filter(({ remote }) => !/^(127\.|\[::1\])/.test(remote));
}

/** Words of four bytes in the machine's byte order (little-endian on everything that Node runs on but s390x). */
function decodeAddress(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${number}`;
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255)
    return `${bytes.slice(12).join('.')}:${number}`;
  if (bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))) return `[::1]:${number}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    Buffer.from(bytes.slice(index * 2, index * 2 + 2)).toString('hex'),
  );
  return `[${groups.join(':')}]:${number}`;
}

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    );
  } catch {
    return []; // ended, or closed a file while we were looking: the next look sees it
  }
}
