const { IMPORTS, DOMAIN, IO_MODULES, DOMAIN_PACKAGES } = require('./scripts/import-table.cjs');

const UNIT_TEST = '\\.test\\.ts$';

/** `adapters/*` is each folder in it. */
const folderPattern = (folder) => `^src/${folder.replace('/*', '/[^/]+')}/`;
const fromPattern = (folder) => `^src/${folder.replace('/*', '/([^/]+)')}/`;
// $1 is the adapter's own name, caught by `from`.
const ownPattern = (folder) => `^src/${folder.replace('/*', '/$1')}/`;

function rule({ name, comment, from, to }) {
  return { name, comment, severity: 'error', from, to };
}

const tableRules = Object.entries(IMPORTS).map(([folder, allowed]) =>
  rule({
    name: `table-${folder.replace('/*', '')}`,
    comment: `${folder} may import ${allowed.join(', ') || 'nothing'} (scripts/import-table.cjs). Move the code, or hand it in from drill/ or cli/.`,
    from: { path: fromPattern(folder) },
    to: { path: '^src/', pathNot: [ownPattern(folder), ...allowed.map(folderPattern)] },
  }),
);

module.exports = {
  forbidden: [
    ...tableRules,
    rule({
      name: 'no-cycles',
      comment: 'A cycle means two names for one idea. Type-only edges do not count.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    }),
    rule({
      name: 'domain-does-no-io',
      comment: 'Files, sockets, processes and real time belong to adapters/ and cli/. Take a port.',
      from: { path: DOMAIN.map(folderPattern), pathNot: UNIT_TEST },
      to: { path: `^(node:)?(${IO_MODULES.join('|')})(/|$)` },
    }),
    rule({
      name: 'domain-packages',
      comment: `The domain uses no package but ${DOMAIN_PACKAGES.join(', ')}.`,
      from: { path: DOMAIN.map(folderPattern), pathNot: UNIT_TEST },
      to: { path: 'node_modules', pathNot: `node_modules/(${DOMAIN_PACKAGES.join('|')})/` },
    }),
    rule({
      name: 'sources-stand-alone',
      comment: 'What ships must not need tests, benches or scripts.',
      from: { path: '^src/', pathNot: UNIT_TEST },
      to: { path: '^(test|bench|scripts|bin)/' },
    }),
    rule({
      name: 'declared-packages',
      comment: 'What ships uses only packages under dependencies or optionalDependencies.',
      from: { path: '^src/', pathNot: UNIT_TEST },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'undetermined'],
        dependencyTypesNot: ['npm', 'npm-optional', 'type-only', 'core', 'local'],
      },
    }),
    rule({
      name: 'resolvable',
      comment: 'The imported file or package does not exist.',
      from: {},
      to: { couldNotResolve: true },
    }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
