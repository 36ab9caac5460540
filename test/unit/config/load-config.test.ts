import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { HubConfig } from '../../../src/config/hub-config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeKinds } from '../../kit/kinds.ts';

async function load(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<HubConfig> {
  await using folder = await temporaryFolder({ 'manifold.yaml': yaml });
  return await loadConfig({ file: folder.path, env, kinds: fakeKinds() });
}

/** The fault's code, and its lines without the folder. */
async function refusal(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: string; lines: string[] }> {
  const thrown = await load(yaml, env).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof HubFault)) throw new Error(`no fault: ${String(thrown)}`);
  return {
    code: thrown.code,
    lines: thrown.message.split('\n').map((line) => line.replace(/^.*(?=manifold\.yaml)/, '')),
  };
}

const REST = 'sources:\n  shop:\n    kind: rest\n';

describe('loadConfig', () => {
  it('applies defaults and resolves paths against the folder of the file', async () => {
    await using folder = await temporaryFolder({ 'hub/manifold.yaml': REST });
    const config = await loadConfig({ file: join(folder.path, 'hub'), env: {}, kinds: fakeKinds() });
    expect(config.file).toBe(join(folder.path, 'hub/manifold.yaml'));
    expect(config.folder).toBe(join(folder.path, 'hub'));
    expect(config.schemaFolder).toBe(join(folder.path, 'hub/schema'));
    expect(config.name).toBe('manifold');
    expect(config.server.port).toBe(4000);
    expect(config.sources).toMatchObject([{ name: 'shop', settings: { kind: 'rest', timeoutMs: 10_000 } }]);
  });

  it('keeps the order of the sources', async () => {
    const config = await load('sources: { z: { kind: ai }, a: { kind: rest }, m: { kind: ai } }');
    expect(config.sources.map(({ name }) => name)).toEqual(['z', 'a', 'm']);
  });

  it('freezes everything', async () => {
    const config = await load(REST);
    expect(() => Object.assign(config.sources[0]!.settings, { timeoutMs: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.server.cors, { origins: [] })).toThrow(TypeError);
    expect(() => (config.sources as unknown[]).push({})).toThrow(TypeError);
  });

  it('names the file that is not there and how to name another', async () => {
    const error = await loadConfig({ file: '/nowhere/manifold.yaml', env: {}, kinds: [] }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'HUB_CONFIG_INVALID',
      message: expect.stringMatching(/^\/nowhere.*no such file.*--config/),
    });
  });

  it('refuses a folder without a manifold.yaml, an empty file and a huge one', async () => {
    await using folder = await temporaryFolder({
      'empty.yaml': '# nothing\n',
      'huge.yaml': `#${'x'.repeat(1024 * 1024)}`,
    });
    const kinds = fakeKinds();
    await expect(loadConfig({ file: folder.path, env: {}, kinds })).rejects.toThrow(/no such file/);
    await expect(loadConfig({ file: join(folder.path, 'empty.yaml'), env: {}, kinds })).rejects.toThrow(/is empty/);
    await expect(loadConfig({ file: join(folder.path, 'huge.yaml'), env: {}, kinds })).rejects.toThrow(
      /larger than 1 MiB/,
    );
  });
});

describe('errors of a configuration', () => {
  it('name file, line, column and key of every problem at once, in the order of the file', async () => {
    const { code, lines } = await refusal(
      'nam: x\nserver: { port: 99999 }\nsources:\n  shop:\n    kind: rest\n    timeoutMs: soon\n    retry: { attempt: 3 }\n',
    );
    expect(code).toBe('HUB_CONFIG_INVALID');
    expect(lines).toEqual([
      'manifold.yaml:1:1 nam: unknown key. Did you mean "name"?',
      'manifold.yaml:2:11 server.port: too big: expected number to be <=65535',
      'manifold.yaml:6:5 sources.shop.timeoutMs: expected number, received string',
      'manifold.yaml:7:14 sources.shop.retry.attempt: unknown key. Did you mean "attempts"?',
    ]);
  });

  it('list the keys that are known where none is near', async () => {
    const { lines } = await refusal(`${REST}    breaker: { zzzzzzzz: 1 }\n`);
    expect(lines).toEqual([
      'manifold.yaml:4:16 sources.shop.breaker.zzzzzzzz: unknown key; known are: failures, pauseMs',
    ]);
  });

  it('list the kinds that are known, and guess', async () => {
    expect((await refusal('sources: { shop: { kind: ress } }')).lines).toEqual([
      'manifold.yaml:1:20 sources.shop.kind: must be one of: rest, ai. Did you mean "rest"?',
    ]);
    expect((await refusal('sources: { shop: { url: "http://a" } }')).lines).toEqual([
      'manifold.yaml:1:12 sources.shop.kind: is missing; it is one of: rest, ai',
    ]);
  });

  it('point at what should hold a key that is missing', async () => {
    const { lines } = await refusal(`${REST}    auth:\n      basic: { username: x }\n`);
    expect(lines).toEqual(['manifold.yaml:5:7 sources.shop.auth.basic.password: is missing (string)']);
  });

  it('refuse a source name that cannot become a GraphQL name', async () => {
    expect((await refusal('sources: { 9shop: { kind: rest } }')).lines).toEqual([
      'manifold.yaml:1:12 sources.9shop: the name must be letters, digits, - and _, and start with a letter',
    ]);
  });

  it('refuse two sources whose names are the same to the graph', async () => {
    expect((await refusal('sources: { shop-eu: { kind: rest }, Shop_EU: { kind: rest } }')).lines).toEqual([
      expect.stringMatching(/^manifold\.yaml:1:37 sources\.Shop_EU: is too much like "shop-eu": /),
    ]);
  });

  it('want at least one source', async () => {
    expect((await refusal('name: x\n')).lines).toEqual(['manifold.yaml:1:1 sources: name at least one source']);
    expect((await refusal('sources: {}\n')).lines).toEqual(['manifold.yaml:1:1 sources: name at least one source']);
  });

  it.each([
    ['an unclosed quote', 'name: "x\nsources: {}\n', /^manifold\.yaml:\d+:\d+ /],
    ['a tab', 'sources:\n\tshop: {}\n', /^manifold\.yaml:2:1 .*tab/],
    ['a key that is there twice', 'name: a\nname: b\n', /^manifold\.yaml:2:1 the key is there twice$/],
    ['an alias without an anchor', 'name: *x\n', /^manifold\.yaml:1:1 name: the alias does not name an anchor/],
    ['an unknown tag', 'name: !secret x\n', /^manifold\.yaml:1:7 this tag is not known$/],
    ['two documents', 'name: a\n---\nname: b\n', /^manifold\.yaml:\d+:1 the file holds several documents/],
    ['a list at the root', '- a\n', /^manifold\.yaml:1:1 expected object, received array$/],
    ['a key that is a list', '? [a]\n: b\n', /a key must be a plain name/],
    [
      'a value that contains itself',
      'sources: &s\n  shop: *s\n',
      /^manifold\.yaml:2:3 sources\.shop: the alias contains itself$/,
    ],
    [
      'a __proto__ key',
      `${REST}    __proto__: { x: 1 }\n`,
      /^manifold\.yaml:4:5 sources\.shop\.__proto__: is not a key/,
    ],
  ])('tell of %s', async (_what, yaml, line) => {
    const { code, lines } = await refusal(yaml);
    expect(code).toBe('HUB_CONFIG_INVALID');
    expect(lines[0]).toMatch(line);
  });

  it('stop aliases that multiply', async () => {
    const laughs = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, of] of [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['e', 'd'],
      ['f', 'e'],
    ] as const) {
      laughs.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`);
    }
    expect((await refusal(laughs.join('\n'))).lines).toEqual([
      'manifold.yaml:1:1 the aliases multiply to too many values',
    ]);
  });

  it('survive endless nesting', async () => {
    const { code, lines } = await refusal(`name: ${'['.repeat(5_000)}`);
    expect(code).toBe('HUB_CONFIG_INVALID');
    expect(lines[0]).toMatch(/^manifold\.yaml:1:/);
  });
});

describe('variables', () => {
  it('are filled in, with defaults, in any value', async () => {
    const config = await load(`${REST}    url: \${SHOP_URL:-http://127.0.0.1:4101}\n    spec: "\${DIR}/shop.yaml"\n`, {
      DIR: './specs',
    });
    expect(config.sources[0]?.settings).toMatchObject({ url: 'http://127.0.0.1:4101', spec: './specs/shop.yaml' });
  });

  it('stand for a number or a boolean where the schema wants one, quoted or not', async () => {
    const yaml = `server: { port: "\${PORT}", graphiql: "\${UI:-false}" }\n${REST}    timeoutMs: \${MS}\n`;
    const config = await load(yaml, { PORT: '8080', MS: '250' });
    expect(config.server).toMatchObject({ port: 8080, graphiql: false });
    expect(config.sources[0]?.settings.timeoutMs).toBe(250);
  });

  it('stay text where the schema wants text: a key of digits is no number', async () => {
    const yaml = `name: \${NAME}\n${REST}    auth: { header: { name: x-api-key, value: "\${KEY}" }, bearer: { token: "\${TOKEN}" } }\n`;
    const config = await load(yaml, { KEY: '0123', TOKEN: '1e3', NAME: 'true' });
    expect(config.name).toBe('true');
    expect(config.sources[0]?.settings.auth).toMatchObject({ header: { value: '0123' }, bearer: { token: '1e3' } });
  });

  it('can be an empty text', async () => {
    const config = await load(`${REST}    spec: \${SPEC:-}\n`);
    expect(config.sources[0]?.settings).toMatchObject({ spec: '' });
  });

  it('are named where they are missing, every one with its place', async () => {
    const { code, lines } = await refusal(
      `${REST}    url: \${SHOP_URL}\n    auth: { bearer: { token: "x\${SHOP_TOKEN}" } }\n`,
    );
    expect(code).toBe('HUB_CONFIG_VARIABLE_MISSING');
    expect(lines).toEqual([
      'manifold.yaml:4:5 sources.shop.url: the environment variable SHOP_URL is not set; set it, or write ${SHOP_URL:-default}',
      'manifold.yaml:5:23 sources.shop.auth.bearer.token: the environment variable SHOP_TOKEN is not set; set it, or write ${SHOP_TOKEN:-default}',
    ]);
  });

  it('are refused where they are written wrongly', async () => {
    const { code, lines } = await refusal(`name: \${my-name}\n${REST}`);
    expect(code).toBe('HUB_CONFIG_INVALID');
    expect(lines).toEqual([
      'manifold.yaml:1:1 name: is not a variable: write ${NAME} or ${NAME:-default}, and $${ for a literal ${',
    ]);
  });

  it('never show their values in a message', async () => {
    const secret = 'hunter2-hunter2';
    const env = { S: secret, N: '31337' };
    const refused = [
      `${REST}    url: \${S}\n`,
      `${REST}    timeoutMs: \${S}\n    auth: { header: { name: "a b", value: "\${S}" } }\n`,
      `${REST}    auth: { bearer: "\${S}" }\n`,
      `sources: { shop: { kind: "\${S}" } }\n`,
      `server: { port: "\${N}1" }\n${REST}    concurrency: -\${N}\n`,
      `auth: { apiKeys: [{ name: a, hash: "\${S}" }], jwt: [{ issuer: a, audience: b, secret: "\${S}" }] }\n${REST}`,
      `name: {"${secret}": "${secret}\n`,
      `name: [${secret}: ${secret}: ${secret}\n`,
      `name: x\n ${secret}: @${secret}\n`,
    ];
    for (const yaml of refused) {
      const text = (await refusal(yaml, env)).lines.join('\n');
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain('31337');
    }
  });
});
