import { RollproofError } from '../../kernel/errors.ts';

/** What `try` takes, for every message that refuses something. */
export const SUPPORTED =
  'try takes PostgreSQL dumps (pg_dump -Fc, -Fd, -Ft, or plain SQL, also packed), PostgreSQL base backups (folder, tar, tar.gz, tar.zst), and folders or tar archives of files';

const BY_MAGIC: ReadonlyArray<readonly [magic: Buffer, what: string, hint: string]> = [
  [Buffer.from('SQLite format 3\0'), 'a SQLite database', SUPPORTED],
  [Buffer.from('PK\u0003\u0004'), 'a zip archive', 'unpack it first and name the folder'],
  [Buffer.from('BZh'), 'packed with bzip2', 'unpack it first with: bzip2 -dk'],
  [Buffer.from([0x04, 0x22, 0x4d, 0x18]), 'packed with lz4', 'unpack it first with: lz4 -dk'],
  [Buffer.from([0x37, 0x7a, 0xbc, 0xaf]), 'a 7z archive', 'unpack it first and name the folder'],
  [Buffer.from('TAPE'), 'a backup of Microsoft SQL Server', SUPPORTED],
  [Buffer.from('XBSTCK01'), 'an xtrabackup stream of MySQL or MariaDB', SUPPORTED],
];

/** Says what it is where that can be seen. */
export function refuseForeign(path: string, head: Buffer): void {
  const known = BY_MAGIC.find(([magic]) => head.subarray(0, magic.length).equals(magic));
  if (known !== undefined)
    throw new RollproofError('usage-invalid', `${path} is ${known[1]}, which cannot be tried`, { hint: known[2] });
}

const BY_TEXT: ReadonlyArray<readonly [pattern: RegExp, what: string]> = [
  [/^-- (?:MySQL|MariaDB) dump|\bENGINE ?= ?\w+|^\/\*!\d{5}|\bTABLE `/m, 'a dump of MySQL or MariaDB'],
  [/\[dbo\]/, 'a script of Microsoft SQL Server'],
  [/^PRAGMA /m, 'a dump of SQLite'],
];

export function refuseForeignSql(path: string, text: string): void {
  const known = BY_TEXT.find(([pattern]) => pattern.test(text));
  if (known !== undefined)
    throw new RollproofError('usage-invalid', `${path} is ${known[1]}, which cannot be tried yet`, { hint: SUPPORTED });
}
