import { readFileSync } from 'node:fs';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom root is seen as inside a user namespace. Only a name: files stay root's. `nobody` comes last because its uid is
 * also how every unmapped owner is shown there.
 */
const SEEN_AS = ['rollproof', 'postgres', 'daemon', 'nobody'] as const;

/**
 * Whom root really becomes where there is no user namespace. `postgres` comes last: on a machine with a server of its own,
 * peer authentication would let a drill's process in as superuser.
 */
const TURNED_INTO = ['rollproof', 'nobody', 'daemon', 'postgres'] as const;

export function parsePasswd(text: string): readonly Account[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function readPasswd(): readonly Account[] {
  try {
    return parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  } catch {
    return []; // a bare container without accounts: the caller says what is missing
  }
}

function firstOf(names: readonly string[], accounts: readonly Account[]): Account | undefined {
  return names
    .map((name) => accounts.find((account) => account.name === name && account.uid !== 0))
    .find((found) => found !== undefined);
}

/** PostgreSQL refuses to run as root and as a uid without a name; so an ordinary user stays itself if it has a name. */
export function accountSeenInside(): Account | undefined {
  const accounts = readPasswd();
  return ownAccount(accounts) ?? firstOf(SEEN_AS, accounts);
}

export function accountToTurnInto(): Account | undefined {
  const accounts = readPasswd();
  return isRoot()
    ? firstOf(TURNED_INTO, accounts)
    : (ownAccount(accounts) ?? { name: String(ownUid()), uid: ownUid(), gid: ownGid() });
}

function ownAccount(accounts: readonly Account[]): Account | undefined {
  const found = isRoot() ? undefined : accounts.find((account) => account.uid === ownUid());
  return found === undefined ? undefined : { ...found, gid: ownGid() };
}

export function isRoot(): boolean {
  return ownUid() === 0;
}

export function ownUid(): number {
  return process.getuid?.() ?? -1;
}

function ownGid(): number {
  return process.getgid?.() ?? -1;
}
