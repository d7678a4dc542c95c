/** What the clock on the wall shows at one moment, and how far it is from UTC just then. */
export interface ClockTime {
  readonly date: string;
  readonly day: string;
  readonly time: string;
  readonly seconds: string;
  /** `+01:00` */
  readonly offset: string;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `+01:00` at the end of a time; `Z` is `+00:00`. */
export function offsetIn(instant: string): string {
  const [offset = 'Z'] = /(Z|[+-]\d{2}:\d{2})$/.exec(instant) ?? [];
  return offset === 'Z' ? '+00:00' : offset;
}

/** `zone` is an offset such as `+01:00`, or a name such as `Europe/Berlin`, whose clocks may change in between. */
export function clockTime(ms: number, zone: string): ClockTime {
  const offset = /^[+-]\d{2}:\d{2}$/.test(zone) ? zone : offsetAt(ms, zone);
  const shown = new Date(ms + minutesOf(offset) * 60_000);
  const iso = shown.toISOString();
  return {
    date: iso.slice(0, 10),
    day: DAYS[shown.getUTCDay()] ?? '',
    time: iso.slice(11, 16),
    seconds: iso.slice(11, 19),
    offset,
  };
}

/** False for a name that the tables of time zones do not have. */
export function isZone(name: string): boolean {
  try {
    offsetAt(0, name);
    return true;
  } catch {
    return false;
  }
}

function offsetAt(ms: number, zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const offset = name.replace(/^GMT/, '');
  return offset === '' ? '+00:00' : offset;
}

function minutesOf(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith('-') ? -minutes : minutes;
}
