export interface ReadMail {
  readonly message: string | null;
  readonly subject: string;
  readonly text: string;
}

/** A mail of one part, as it came over the wire (RFC 5322, with the encodings of RFC 2045 and 2047). */
export function readMail(raw: Buffer, messageHeader: string): ReadMail {
  const whole = raw.toString('latin1');
  const end = /\r?\n\r?\n/.exec(whole);
  const head = end === null ? whole : whole.slice(0, end.index);
  const body = end === null ? '' : whole.slice(end.index + end[0].length);
  const headers = headersOf(head);
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? '7bit';
  return {
    message: headers.get(messageHeader) ?? null,
    subject: decodeWords(headers.get('subject') ?? ''),
    text: decodeBody(body, encoding).toString('utf8').replaceAll('\r\n', '\n').trimEnd(),
  };
}

function headersOf(head: string): ReadonlyMap<string, string> {
  const lines = head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
    }),
  );
}

function decodeBody(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return decodeQuoted(body.replaceAll(/=[ \t]*\r?\n/g, ''));
  return Buffer.from(body, 'latin1');
}

function decodeQuoted(text: string): Buffer {
  const plain = text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

/** White space between two encoded words is not part of the text. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, how: string, coded: string) =>
      (how.toLowerCase() === 'b' ? Buffer.from(coded, 'base64') : decodeQuoted(coded.replaceAll('_', ' '))).toString(
        'utf8',
      ),
    );
}
