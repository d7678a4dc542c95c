import { RollproofError } from '../kernel/errors.ts';

/**
 * A CSV file of user and password; a first line `user,password` may name the columns. Errors name lines and users, never
 * passwords.
 */
export function parsePasswords(text: string): ReadonlyMap<string, string> {
  const rows = parseCsv(text);
  const passwords = new Map<string, string>();
  for (const { line, fields } of rows) {
    const [user, password] = fields;
    if (line === 1 && user?.toLowerCase() === 'user' && password?.toLowerCase() === 'password') continue;
    if (fields.length !== 2 || user === undefined || user === '' || password === undefined) {
      throw bad(`line ${line} of the password file has ${fields.length} fields instead of user and password`);
    }
    if (passwords.has(user)) throw bad(`line ${line} of the password file names ${user} a second time`);
    passwords.set(user, password);
  }
  return passwords;
}

interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. Empty lines are left out. */
function parseCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let line = 1;
  let row: { line: number; fields: string[] } = { line, fields: [] };
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  while (field.lastIndex < source.length || row.fields.length > 0) {
    const match = field.exec(source);
    if (match === null) throw bad(`line ${line} of the password file cannot be read: check its quotes`);
    const [whole, quoted, plain = '', end] = match;
    row.fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
    row = { line, fields: [] };
    if (end === '') break;
  }
  return rows;
}

function bad(message: string): RollproofError {
  return new RollproofError('plan-invalid', message, { hint: 'write one user a line: user,password' });
}
