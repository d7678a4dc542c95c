import { sendMail, sendPost } from '../../adapters/alert/send.ts';
import type { News } from '../../drill/watch/news.ts';
import type { Clock } from '../../kernel/clock.ts';
import { postBody } from '../../people/messages/post.ts';
import type { Alert, Plan } from '../../plan/schema.ts';
import { secretIn } from './sources.ts';

export interface Delivery {
  readonly to: string;
  readonly about: readonly string[];
  /** Null when it was taken. */
  readonly trouble: string | null;
}

interface Waiting {
  readonly alert: Alert;
  news: readonly News[];
  notBeforeMs: number;
}

/** After a failed try: a server that is away is not asked again and again. */
const RETRY_MS = 60_000;

/** Tells every address what is new, together and once; what could not be delivered waits, and newer news take its place. */
export class Alerts {
  private readonly waiting: readonly Waiting[];
  private readonly plan: string;
  private readonly clock: Clock;

  constructor({ plan, clock }: { readonly plan: Plan; readonly clock: Clock }) {
    this.plan = plan.name;
    this.clock = clock;
    this.waiting = (plan.watch?.alert ?? []).map((alert) => ({ alert, news: [], notBeforeMs: 0 }));
  }

  add(news: readonly News[]): void {
    const isNew = (old: News): boolean => !news.some(({ about }) => about === old.about);
    for (const one of this.waiting) one.news = [...one.news.filter(isNew), ...news];
  }

  /** `situation`: lines that stand below the news. */
  async deliver(situation: readonly string[]): Promise<readonly Delivery[]> {
    const due = this.waiting.filter((one) => one.news.length > 0 && one.notBeforeMs <= this.clock.monotonicMs());
    return Promise.all(due.map(async (one) => this.deliverOne(one, situation)));
  }

  private async deliverOne(one: Waiting, situation: readonly string[]): Promise<Delivery> {
    const { news } = one;
    one.news = [];
    const [first] = news;
    const more = news.length === 1 ? '' : ` and ${news.length - 1} more`;
    const subject = `${this.plan}: ${first?.about ?? ''} ${first?.state ?? ''}${more}`;
    const text = [...news.map(({ sentence }) => sentence), '', ...situation].join('\n');
    const trouble = await send(one.alert, { subject, text }).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (trouble !== null) {
      const isOld = (old: News): boolean => !one.news.some(({ about }) => about === old.about);
      one.news = [...news.filter(isOld), ...one.news];
      one.notBeforeMs = this.clock.monotonicMs() + RETRY_MS;
    }
    return { to: nameOf(one.alert), about: news.map(({ about }) => about), trouble };
  }
}

async function send(
  alert: Alert,
  { subject, text }: { readonly subject: string; readonly text: string },
): Promise<string | null> {
  if ('mail' in alert) {
    const { to, from, server } = alert.mail;
    return sendMail({ server: secretIn(server.secret), from, to, subject, text });
  }
  const { secret, shape } = alert.webhook;
  return sendPost(secretIn(secret), postBody(shape, { message: 'watch', subject, text }));
}

/** Never the address of a webhook: whoever has it may post. */
function nameOf(alert: Alert): string {
  return 'mail' in alert ? alert.mail.to.join(', ') : `webhook ${alert.webhook.secret}`;
}
