import { describe, expect, it } from '@jest/globals';
import { aiSettingsSchema, usableRoutes } from '../../../../src/subgraphs/ai/config.ts';

const parse = (settings: object) => aiSettingsSchema.parse({ kind: 'ai', ...settings });

function problems(settings: object): string[] {
  const result = aiSettingsSchema.safeParse({ kind: 'ai', ...settings });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const routes = { fast: ['openai/gpt-5-mini', 'local/extractive'] };

describe('the settings of an ai source', () => {
  it('skip a model whose provider has no key, so that setting one key is enough to use it', () => {
    expect(usableRoutes(parse({ routes })).get('fast')).toEqual(['local/extractive']);
    expect(usableRoutes(parse({ routes, providers: { openai: { apiKey: '' } } })).get('fast')).toEqual([
      'local/extractive',
    ]);
    expect(usableRoutes(parse({ routes, providers: { openai: { apiKey: 'k' } } })).get('fast')).toEqual(routes.fast);
  });

  it('use a compatible server without a key, unless a key was meant to come and did not', () => {
    const ollama = { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1' };
    const own = { own: ['ollama/llama3.2:3b'] };
    expect(usableRoutes(parse({ routes: own, providers: { ollama } })).get('own')).toEqual(own.own);
    expect(problems({ routes: own, providers: { ollama: { ...ollama, apiKey: '' } } })).toEqual([
      'routes.own: no model of the route can be used: set providers.ollama.apiKey, or add local/extractive at its end',
    ]);
  });

  it('keep the routes in their order, the first being the default', () => {
    const settings = parse({ routes: { slow: ['local/extractive'], fast: ['local/extractive'] } });
    expect([...usableRoutes(settings).keys()]).toEqual(['slow', 'fast']);
  });

  it.each([
    ['no route', { routes: {} }, 'routes: needs at least one route'],
    ['an empty route', { routes: { fast: [] } }, 'routes.fast: '],
    ['a model without a provider', { routes: { fast: ['gpt'] } }, 'routes.fast.0: is not a model'],
    [
      'an unknown provider',
      { routes: { fast: ['nobody/x', 'local/extractive'] } },
      'routes.fast.0: there is no provider "nobody"',
    ],
    ['an object key as provider', { routes: { fast: ['constructor/x'] } }, 'routes.fast.0: there is no provider'],
    ['another local model', { routes: { fast: ['local/huge'] } }, 'routes.fast.0: the built-in provider has one model'],
    [
      'a provider called local',
      { routes, providers: { local: { type: 'openai' } } },
      'providers.local: "local" is built in',
    ],
    ['a provider without type', { routes, providers: { mine: {} } }, 'providers.mine: needs a type'],
    ['no address', { routes, providers: { mine: { type: 'openai-compatible' } } }, 'providers.mine: needs a baseUrl'],
    ['a url of the source', { routes, url: 'http://127.0.0.1' }, 'url: an ai source has no url of its own'],
    ['auth of the source', { routes, auth: { bearer: { token: 't' } } }, 'auth: an ai source has no auth of its own'],
    ['an unknown setting', { routes, modle: 'x' }, ': Unrecognized key: "modle"'],
  ])('refuse %s', (_what, settings, message) => {
    expect(problems(settings).join('\n')).toContain(message);
  });
});
