import { type CatalogueEntry, type EntryRow, entriesFrom } from './entry.ts';

const ROWS: readonly EntryRow[] = [
  ['IF-01', 'Endpoint down', 'The other side refuses connections.', 'connection errors'],
  ['IF-02', 'Black hole', 'The other side accepts and never answers.', 'time-outs that pile up'],
  ['IF-03', 'Slow endpoint', 'Each answer takes seconds longer than it should.', 'the age of the queue'],
  ['IF-04', 'Bursts of server errors', 'Some requests fail and others pass.', 'retries, and things done by half'],
  ['IF-05', 'Quota used up', 'The first synchronisation eats the calls of the day.', 'a backlog, and a missed cut-off'],
  [
    'IF-06',
    'Credential expired',
    'A token, a secret or a certificate is no longer valid.',
    'refused logins and failed handshakes',
  ],
  ['IF-07', 'Stale route', 'A name still leads to the old address.', 'writes that land in the other system'],
  [
    'IF-08',
    'Contract drift',
    'A field was renamed, became mandatory or got new values.',
    'rejections, or empty values that arrive',
  ],
  [
    'IF-09',
    'Batch rejected in part',
    'Some records of a batch are refused and the batch reports success.',
    'sent against stored',
  ],
  [
    'IF-10',
    'Delivered twice',
    'The same message arrives again, as at-least-once delivery allows.',
    'effects that exist twice',
  ],
  ['IF-11', 'Out of order', 'An older message arrives after a newer one.', 'older values that won'],
  [
    'IF-12',
    'Message lost',
    'A message never arrives, or the subscription was switched off by the sender.',
    'gaps in the numbering',
  ],
  [
    'IF-13',
    'Poison message',
    'The first message cannot be processed and everything waits behind it.',
    'a queue that does not move',
  ],
  ['IF-14', 'Echo', 'Two systems send each other the same change for ever.', 'writes that grow while nobody works'],
  [
    'IF-15',
    'Flood on restart',
    'A flow is switched on again and sends its whole backlog at once.',
    'rate limits and waiting for locks',
  ],
  ['IF-16', 'Both flows on', 'The old and the new flow run side by side.', 'mails and invoices that go out twice'],
  [
    'IF-17',
    'Zombie writer',
    'Something keeps writing after the stop: a schedule, a retry, a cached token.',
    'writes by the flow’s principal after it was stopped',
  ],
  ['IF-18', 'Half a transaction', 'The flow stopped between two writes that belong together.', 'heads without lines'],
  [
    'IF-19',
    'Watermark lost',
    'The mark up to which everything was sent is gone or wrong.',
    'everything again, or a gap',
  ],
  [
    'IF-20',
    'Wrong environment',
    'A test system calls production and sends real mail.',
    'an outward attempt that is caught',
  ],
  [
    'IF-21',
    'Cross-reference mismatch',
    'The right change reaches the wrong record.',
    'a sample of both sides side by side',
  ],
  [
    'IF-22',
    'Clocks apart',
    'The two sides disagree about the time.',
    'signatures that are refused, and rows that fall between two windows',
  ],
  [
    'IF-23',
    'File read half-written',
    'A file drop is read too early, with another separator or a byte order mark.',
    'rows against the trailer of the file',
  ],
  ['IF-24', 'Payload too large', 'Large messages lose their attachments on the way.', 'sizes that differ'],
  [
    'IF-25',
    'Identity synchronisation disables users',
    'An empty answer of the directory switches accounts off.',
    'many accounts disabled at once',
  ],
  ['IF-26', 'Reports read half-migrated data', 'An extract runs in the middle of the load.', 'totals that jump'],
];

/** Those that the proxy of a flow can make, and those that are made in its stores and with its commands. */
const AVAILABLE = [
  'IF-01',
  'IF-02',
  'IF-03',
  'IF-04',
  'IF-05',
  'IF-06',
  'IF-08',
  'IF-09',
  'IF-10',
  'IF-11',
  'IF-12',
  'IF-15',
  'IF-16',
  'IF-17',
  'IF-18',
  'IF-19',
];

export const flowFailures: readonly CatalogueEntry[] = entriesFrom('IF', ROWS, AVAILABLE);
