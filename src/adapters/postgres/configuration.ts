import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `faithful`: production-like, the only one whose times may prove anything. `fast`: nothing survives a power loss. */
export type TimingProfile = 'faithful' | 'fast';

export interface ServerLayout {
  readonly major: number;
  readonly dataFolder: string;
  readonly tablespaceFolder: string;
  readonly configFolder: string;
  readonly socketFolder: string;
  readonly port: number;
  readonly environmentId: string;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

const COMMON: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  wal_level: 'replica',
  huge_pages: 'off',
  dynamic_shared_memory_type: 'posix',
  max_wal_senders: '2',
  max_replication_slots: '4',
  hot_standby: 'off',
  log_min_messages: 'warning',
  // Messages of tools and server are grouped by their text.
  lc_messages: 'C',
};

const PROFILES: Readonly<Record<TimingProfile, Readonly<Record<string, string>>>> = {
  faithful: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
  fast: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
};

/**
 * Settings of a backup that decide what its programs see or whether it can recover, and cannot reach outside. Everything
 * else that a backup says about its server is left behind and listed.
 */
const CARRIED_OVER: ReadonlySet<string> = new Set([
  'timezone',
  'datestyle',
  'intervalstyle',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'default_text_search_config',
  'search_path',
  'bytea_output',
  'extra_float_digits',
  'standard_conforming_strings',
  'default_transaction_isolation',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'row_security',
  'xmlbinary',
  'xmloption',
  'array_nulls',
  'quote_all_identifiers',
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'work_mem',
  'maintenance_work_mem',
  'random_page_cost',
  'max_standby_streaming_delay',
  'track_commit_timestamp',
  'jit',
  'default_toast_compression',
  'client_encoding',
]);

/** Our own configuration files; nothing of the backup's is read. */
export async function writeConfiguration(
  layout: ServerLayout,
  profile: TimingProfile,
  carried: readonly Setting[],
): Promise<void> {
  const settings = {
    ...COMMON,
    ...Object.fromEntries(carried.map(({ name, value }) => [name, value])),
    ...PROFILES[profile],
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  await mkdir(layout.configFolder, { recursive: true, mode: 0o700 });
  await writeFile(join(layout.configFolder, 'postgresql.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
  // Who may reach the socket is decided by its folder (0700); a backup's own rules could lock us out or let others in.
  await writeFile(join(layout.configFolder, 'pg_hba.conf'), 'local all all trust\nlocal replication all reject\n', {
    mode: 0o600,
  });
  await writeFile(join(layout.configFolder, 'pg_ident.conf'), '', { mode: 0o600 });
}

/**
 * On the command line, because that beats every file, ALTER SYSTEM included: whatever could run a program, reach another
 * server, load a library or listen elsewhere.
 */
export function serverArguments(
  layout: ServerLayout,
  recovery: { readonly restoreCommand: string } | null,
): readonly string[] {
  const settings: Record<string, string> = {
    data_directory: layout.dataFolder,
    config_file: join(layout.configFolder, 'postgresql.conf'),
    hba_file: join(layout.configFolder, 'pg_hba.conf'),
    ident_file: join(layout.configFolder, 'pg_ident.conf'),
    // It cannot be emptied, only led to a place of ours.
    external_pid_file: join(layout.configFolder, 'postmaster.pid'),
    listen_addresses: '',
    unix_socket_directories: layout.socketFolder,
    unix_socket_permissions: '0700',
    unix_socket_group: '',
    port: String(layout.port),
    cluster_name: layout.environmentId,
    archive_mode: 'off',
    archive_command: '',
    archive_cleanup_command: '',
    recovery_end_command: '',
    restore_command: recovery?.restoreCommand ?? '',
    primary_conninfo: '',
    primary_slot_name: '',
    synchronous_standby_names: '',
    // Subscriptions inside the data would connect to the publisher by themselves.
    max_logical_replication_workers: '0',
    shared_preload_libraries: '',
    session_preload_libraries: '',
    local_preload_libraries: '',
    ssl: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    recovery_target: '',
    recovery_target_name: '',
    recovery_target_time: '',
    recovery_target_xid: '',
    recovery_target_lsn: '',
    recovery_target_timeline: 'latest',
    recovery_target_action: 'promote',
    dynamic_library_path: '$libdir',
    ...(layout.major >= 15 ? { archive_library: '' } : {}),
    ...(layout.major < 16 ? { promote_trigger_file: '' } : {}),
    ...(layout.major >= 18 ? { oauth_validator_libraries: '', extension_control_path: '$system' } : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

export interface BroughtSettings {
  readonly carried: readonly Setting[];
  /** `name (file)` of those that were left behind. */
  readonly leftBehind: readonly string[];
}

/**
 * Takes the power from the configuration that a backup brought: the automatic file, which a server reads wherever its own
 * configuration file is, is moved aside.
 */
export async function disarmConfiguration(dataFolder: string): Promise<BroughtSettings> {
  const own = parseSettings(await readOr(join(dataFolder, 'postgresql.conf')));
  const automaticFile = join(dataFolder, 'postgresql.auto.conf');
  const automatic = parseSettings(await readOr(automaticFile));
  await rename(automaticFile, join(dataFolder, 'postgresql.auto.conf.from-backup')).catch(ignoreMissing);
  await writeFile(automaticFile, '', { mode: 0o600 });
  const merged = new Map([...own, ...automatic].map((setting) => [setting.name, setting]));
  const leftBehind = [
    ...own.map(({ name }) => ({ name, file: 'postgresql.conf' })),
    ...automatic.map(({ name }) => ({ name, file: 'postgresql.auto.conf' })),
  ].filter(({ name }) => !CARRIED_OVER.has(name));
  return {
    carried: [...merged.values()].filter(({ name }) => CARRIED_OVER.has(name)),
    leftBehind: leftBehind.map(({ name, file }) => `${name} (${file})`),
  };
}

/** Lines `name = value`; comments and includes are passed over. Later lines win at the server too. */
export function parseSettings(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][\w.]*)\s*(?:=|\s)\s*(?:'((?:[^'\\]|''|\\.)*)'|([^\s#']+))/.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || name.startsWith('include')) continue;
    const value = match?.[2]?.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1') ?? match?.[3] ?? '';
    settings.push({ name, value });
  }
  return settings;
}

async function readOr(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
