import type { Evidence } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { detailOf } from './stores.ts';

export function judgeLoss(evidence: Evidence): JudgedClaim {
  const written = evidence
    .all('comparison')
    .filter((one) => one.reading === 'between seal and first change' && one.verdict === 'different');
  if (written.length > 0)
    return {
      state: 'failed',
      sentence: `Somebody wrote to ${written[0]?.store ?? ''} after the baseline was sealed.`,
      because: written.map(detailOf),
    };
  return { state: 'not-examined', sentence: 'No work after the go-live was recorded in this scenario.', because: [] };
}
