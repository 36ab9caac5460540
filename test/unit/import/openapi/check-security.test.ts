import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../../src/config/source-settings.ts';
import { checkSecurity } from '../../../../src/import/openapi/import-openapi.ts';
import { answers, api, importText } from './sdl-of.ts';

const schemes = {
  key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  inQuery: { type: 'apiKey', in: 'query', name: 'token' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
  basic: { type: 'http', scheme: 'Basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  oauth: { type: 'oauth2', flows: {} },
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://x.test' },
  tls: { type: 'mutualTLS' },
};

async function warnings(security: object[], auth: object): Promise<string[]> {
  const paths = { '/a': { get: { responses: answers({ type: 'string' }) } } };
  const imported = await importText(api(paths, { security, components: { securitySchemes: schemes } }));
  return checkSecurity(imported.security, credentialSchema.parse(auth));
}

const oauth2 = { tokenUrl: 'https://x.test/token', clientId: 'a', clientSecret: 'b' };

describe('checkSecurity', () => {
  it.each([
    ['key', { header: { name: 'x-api-key', value: 'v' } }],
    ['key', { forward: ['X-API-KEY'] }],
    ['inQuery', { query: { name: 'token', value: 'v' } }],
    ['cookie', { header: { name: 'Cookie', value: 'sid=v' } }],
    ['cookie', { cookie: [{ name: 'sid', value: 'v' }] }],
    ['tls', { clientCertificate: { cert: '/a.pem', key: '/a.key' } }],
    [
      'key',
      {
        header: [
          { name: 'a', value: 'b' },
          { name: 'x-api-key', value: 'v' },
        ],
      },
    ],
    ['basic', { basic: { username: 'u', password: 'p' } }],
    ['bearer', { bearer: { token: 't' } }],
    ['bearer', { oauth2 }],
    ['oauth', { oauth2 }],
    ['oidc', { bearer: { token: 't' } }],
    ['oidc', { forward: ['authorization'] }],
  ])('is content when %s is supplied by %j, and warns without it', async (name, auth) => {
    expect(await warnings([{ [name]: [] }], auth)).toEqual([]);
    const [warning, ...more] = await warnings([{ [name]: [] }], {});
    expect(warning).toContain(`"${name}"`);
    expect(warning).toContain('auth: {');
    expect(more).toEqual([]);
  });

  it('takes another name for another credential', async () => {
    expect(await warnings([{ key: [] }], { header: { name: 'x-other', value: 'v' } })).toHaveLength(1);
    expect(await warnings([{ inQuery: [] }], { query: { name: 'TOKEN', value: 'v' } })).toHaveLength(1);
    expect(await warnings([{ basic: [] }], { bearer: { token: 't' } })).toHaveLength(1);
  });

  it('wants one of alternatives and all of what belongs together', async () => {
    const basic = { basic: { username: 'u', password: 'p' } };
    expect(await warnings([{ key: [] }, { basic: [] }], basic)).toEqual([]);
    expect(await warnings([{ key: [] }, { basic: [] }], {})).toHaveLength(1);
    expect(await warnings([{ key: [], basic: [] }], basic)).toHaveLength(1);
    expect(await warnings([{ key: [], basic: [] }], {})).toHaveLength(2);
  });

  it('wants nothing where the description says that it is optional, or says nothing', async () => {
    expect(await warnings([{}, { key: [] }], {})).toEqual([]);
    expect(await warnings([], {})).toEqual([]);
  });

  it('knows the basic type of 2.0', async () => {
    const imported = await importText({
      swagger: '2.0',
      info: {},
      securityDefinitions: { login: { type: 'basic' } },
      paths: { '/a': { get: { security: [{ login: [] }], responses: { 204: { description: 'x' } } } } },
    });
    expect(checkSecurity(imported.security, credentialSchema.parse({}))[0]).toContain('auth: { basic:');
  });
});
