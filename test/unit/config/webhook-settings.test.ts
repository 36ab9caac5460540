import { describe, expect, it } from '@jest/globals';
import { stateSettingsSchema } from '../../../src/config/state-settings.ts';
import { webhooksSchema } from '../../../src/config/webhook-settings.ts';
import { hubConfigSchema } from '../../../src/config/hub-config.ts';
import { fakeKinds } from '../../kit/kinds.ts';

const webhook = (settings: Record<string, unknown>) => ({ hook: { source: 'shop', map: '$', ...settings } });

function problems(settings: Record<string, unknown>): string[] {
  const { error } = webhooksSchema.safeParse(webhook(settings));
  return (error?.issues ?? []).map(({ path, message }) => `${path.slice(1).join('.')} ${message}`);
}

describe('the settings of webhooks', () => {
  it('have defaults, and names of headers in lower case', () => {
    expect(
      webhooksSchema.parse(webhook({ scheme: 'hmac', secrets: ['s'], header: 'X-Sig', deliveryIdHeader: 'X-Id' })).hook,
    ).toEqual({
      source: 'shop',
      map: '$',
      scheme: 'hmac',
      secrets: ['s'],
      header: 'x-sig',
      deliveryIdHeader: 'x-id',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
      signed: '{body}',
      toleranceSec: 300,
      maxBodyBytes: 1_048_576,
    });
  });

  it.each([
    ['no secret', { scheme: 'github', secrets: [] }, /^secrets/],
    ['an empty secret', { scheme: 'github', secrets: [''] }, /^secrets/],
    ['a secret of Standard Webhooks that is none', { scheme: 'standard-webhooks', secrets: ['short'] }, /whsec_/],
    ['a user without a password', { scheme: 'basic', secrets: ['user:'] }, /user:password/],
    [
      'what is signed without the body',
      { scheme: 'hmac', secrets: ['s'], header: 'x', signed: '{header:x}' },
      /\{body\}/,
    ],
    [
      'a time that is not signed',
      { scheme: 'hmac', secrets: ['s'], header: 'x', timestampHeader: 'x-time' },
      /signed must have the timestampHeader/,
    ],
    ['settings of another scheme', { scheme: 'github', secrets: ['s'], toleranceSec: 5 }, /toleranceSec/],
    ['a header that is none', { scheme: 'token', secrets: ['s'], header: 'x y' }, /^header/],
    ['a scheme that is none', { scheme: 'jwt' }, /^scheme/],
  ])('refuse %s', (_what, settings, message) => {
    expect(problems(settings).join('\n')).toMatch(message);
  });

  it('refuse names that would be no path', () => {
    for (const name of ['a/b', '', '-x', 'ä', 'x'.repeat(65)]) {
      const settings = Object.fromEntries([[name, webhook({ scheme: 'none' }).hook]]);
      expect(webhooksSchema.safeParse(settings).success).toBe(false);
    }
    const hostile: unknown = JSON.parse('{"__proto__":{}}');
    expect(Object.keys(webhooksSchema.parse(hostile))).toEqual([]);
  });

  it('refuse a source that the hub does not have', () => {
    const config = { sources: { shop: { kind: 'rest' } }, webhooks: webhook({ scheme: 'none', source: 'shpo' }) };
    expect(hubConfigSchema(fakeKinds()).safeParse(config).error?.issues).toMatchObject([
      { path: ['webhooks', 'hook', 'source'], message: 'there is no source "shpo"; the configuration has: shop' },
    ]);
  });
});

describe('the settings of state', () => {
  it('say nothing of a store by default', () => {
    expect(stateSettingsSchema.parse({})).toEqual({ retention: { maxAgeHours: 168 } });
  });

  it('take each store and each bus', () => {
    const url = 'postgres://u:p@db:5432/x';
    expect(stateSettingsSchema.parse({ store: { postgres: { url } }, bus: 'postgres' })).toMatchObject({
      store: { postgres: { url, schema: 'manifold', maxConnections: 10 } },
    });
    expect(stateSettingsSchema.parse({ store: 'embedded', bus: { redis: { url: 'rediss://r' } } })).toMatchObject({
      bus: { redis: { channel: 'manifold:events' } },
    });
  });

  it.each([
    { store: 'postgres' },
    { store: { postgres: { url: 'mysql://x' } } },
    { store: { postgres: { url: 'postgres://x/y', schema: 'a"; drop' } } },
    { store: 'embedded', bus: 'postgres' },
    { bus: { redis: { url: 'http://r' } } },
    { retention: { maxEvents: 0 } },
  ])('refuse %j', (settings) => {
    expect(stateSettingsSchema.safeParse(settings).success).toBe(false);
  });
});
