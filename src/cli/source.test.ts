import { describe, expect, it, vi } from 'vitest';
import { openSource } from './source.ts';

describe('what can be read', () => {
  it.each([
    ['postgresql://ada:geheim@db1:5433/crm', 'ada@db1:5433/crm', 'crm'],
    ['postgres://ada@db1/crm?sslmode=require', 'ada@db1/crm', 'crm'],
    ['postgresql://ada:geheim@/crm?host=/run/pg&port=5433', 'ada@/run/pg:5433/crm', 'crm'],
    ['postgresql://ada@db1', 'ada@db1/ada', 'ada'],
    ['postgresql:///crm', '/crm', 'crm'],
    ['postgresql://a%40b:p%2Fw@db1/c%20d', 'a@b@db1/c d', 'c d'],
  ])('%s is shown as %s', async (text, shown, name) => {
    expect(await openSource(text)).toMatchObject({ kind: 'postgres', shown, name });
  });

  it('hands a socket over by its parts, so that errors can name it', async () => {
    const source = await openSource('postgresql://ada:ge%40heim@/crm?host=/run/pg');
    expect(source).toMatchObject({
      address: { host: '/run/pg', port: 5432, user: 'ada', database: 'crm', password: 'ge@heim' },
    });
  });

  it('leaves every other address to the driver as it was written', async () => {
    const text = 'postgresql://ada@/crm?host=/run/pg&sslmode=disable';
    expect(await openSource(text)).toMatchObject({ address: text });
  });

  it('takes an address out of a variable, and shows both names', async () => {
    vi.stubEnv('PROD_RO', 'postgresql://ada:geheim@db1/crm');
    expect(await openSource('env:PROD_RO')).toMatchObject({
      shown: 'env:PROD_RO (ada@db1/crm)',
      hasOpenPassword: false,
    });
    expect(await openSource('postgresql://ada:geheim@db1/crm')).toMatchObject({ hasOpenPassword: true });
    vi.unstubAllEnvs();
  });

  it.each([
    'postgresql://ada:geheim@db 1/crm',
    'postgresql://ada:ge%zzheim@db1/crm',
    'mysql://ada:geheim@db1/crm',
    'env:NOT_SET',
    'host=db1 password=geheim',
    '/no/such/place',
  ])('refuses %s without repeating a password', async (text) => {
    const refused = await openSource(text).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'usage-invalid', hint: expect.any(String) as string });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('geheim');
  });
});
