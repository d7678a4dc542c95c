import { createHash } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const FILES_AT_SCALE_1 = 120;

const NAMES = [
  'Angebot Müller & Söhne.txt',
  'contract.txt',
  'invoice-2024-03.csv',
  'Übergabeprotokoll.txt',
  'logo.bin',
  'minutes 📎.txt',
  'price list.csv',
  'README',
  'Datenblatt.PDF',
];
const TEMPLATES = {
  'welcome.txt': 'Dear {{contact.name}},\n\nwelcome aboard.\n\n{{user.name}}, Harbour\n',
  'reminder.txt': 'Guten Tag {{contact.name}},\n\nIhr Vertrag für {{account.name}} läuft am {{deal.close_date}} aus.\n',
  'signature.txt': '{{user.name}}\nHarbour CRM\n',
};
const LARGE_BYTES = 300_000;

/** Writes the files and returns the rows of `documents` that belong to them. */
export async function writeDocuments({ seed, scale, base, folder, accounts }) {
  await mkdir(join(folder, 'templates'), { recursive: true });
  const time = new Date(base);
  const put = async (path, content) => {
    await writeFile(join(folder, path), content);
    await utimes(join(folder, path), time, time);
  };
  for (const [name, text] of Object.entries(TEMPLATES)) await put(join('templates', name), text);
  const rows = [];
  for (let id = 1; id <= Math.max(9, Math.round(FILES_AT_SCALE_1 * scale)); id += 1) {
    const name = NAMES[id % NAMES.length];
    const content = makeContent(`${seed}/document/${id}`, id);
    await put(`${id}-${name}`, content);
    const pick = createHash('md5').update(`${seed}/owner/${id}`).digest();
    const created = new Date(time.getTime() - pick.readUInt16BE(4) * 600_000);
    rows.push({
      id,
      account_id: 1 + (pick.readUInt32BE(0) % accounts),
      name,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      uploaded_by: 9 + (pick[6] % 18),
      created_at: created.toISOString(),
    });
  }
  return rows;
}

/** Most are short texts; some are binary, one in forty is large, one in sixty is empty. */
function makeContent(key, id) {
  if (id % 60 === 0) return Buffer.alloc(0);
  if (id % 40 === 0) return noise(key, LARGE_BYTES);
  if (id % NAMES.length === 4) return noise(key, 4096);
  const digest = createHash('md5').update(key).digest('hex');
  return Buffer.from(
    `Document ${id}\nReference ${digest}\n\n${'Lieferung frei Haus, zahlbar in 30 Tagen. '.repeat(10 + (digest.charCodeAt(0) % 60))}\n`,
  );
}

function noise(key, bytes) {
  const blocks = [];
  for (let block = 0; block * 32 < bytes; block += 1)
    blocks.push(createHash('sha256').update(`${key}/${block}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}
