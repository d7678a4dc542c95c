import { dirname } from 'node:path';
import { checkImports } from './imports.mjs';

const { violations, unseen, seenCount } = await checkImports({ root: dirname(import.meta.dirname) });
for (const violation of violations) console.error(violation);
for (const file of unseen) console.error(`not seen by the import check: ${file}`);
if (seenCount === 0) console.error('the import check saw no TypeScript file at all');
console.log(`${seenCount} files seen, ${unseen.length} not seen, ${violations.length} imports against the table`);
process.exitCode = violations.length + unseen.length === 0 && seenCount > 0 ? 0 : 1;
