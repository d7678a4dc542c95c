// The one import table: which folder of src/ may import which. .dependency-cruiser.cjs makes rules of it, and a test
// compares the table in ARCHITECTURE.md with it. Order: as a drill passes through them; arrows only point upwards.
// A new arrow needs one line in docs/adr/0003-acyclic-folders.md.

const IMPORTS = {
  kernel: [],
  catalogue: ['kernel'],
  plan: ['kernel', 'catalogue'],
  journal: ['kernel'],
  subject: ['kernel'],
  environment: ['kernel'],
  fault: ['kernel', 'catalogue', 'subject'],
  flow: ['kernel', 'catalogue', 'subject'],
  people: ['kernel', 'subject'],
  proof: ['kernel', 'catalogue', 'plan', 'journal', 'subject', 'environment', 'fault', 'flow', 'people'],
  drill: ['kernel', 'catalogue', 'plan', 'journal', 'subject', 'environment', 'fault', 'flow', 'people', 'proof'],
  // Each folder in adapters/ is an island: these, itself, and no other adapter but the handling of files and archives.
  'adapters/*': ['kernel', 'journal', 'subject', 'environment', 'fault', 'flow', 'people', 'adapters/files'],
  cli: [
    'kernel',
    'catalogue',
    'plan',
    'journal',
    'subject',
    'environment',
    'fault',
    'flow',
    'people',
    'proof',
    'drill',
    'adapters/*',
  ],
};

/** Folders that reach the outside world; all others are the domain and reach it through ports. */
const OUTER = ['adapters/*', 'cli'];

const DOMAIN = Object.keys(IMPORTS).filter((folder) => !OUTER.includes(folder));

/** Node modules that touch files, sockets, processes, time or other threads. `node:crypto` hashing is fine anywhere. */
const IO_MODULES = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'inspector',
  'net',
  'os',
  'process',
  'readline',
  'repl',
  'sqlite',
  'timers',
  'tls',
  'tty',
  'worker_threads',
];

/** npm packages that the domain may use: they compute, they do not reach out. */
const DOMAIN_PACKAGES = ['yaml', 'zod'];

module.exports = { IMPORTS, DOMAIN, IO_MODULES, DOMAIN_PACKAGES };
