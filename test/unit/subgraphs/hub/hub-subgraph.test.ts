import { describe, expect, it } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import type { SourceSnapshot } from '../../../../src/contract/source-stats.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createHubSubgraph } from '../../../../src/subgraphs/hub/index.ts';

const idle: SourceSnapshot = { health: 'unknown', calls: 0, failures: 0, p50Ms: null, p99Ms: null, lastFault: null };

function ask(text: string, sources: readonly { name: string; kind: string; stats: SourceSnapshot }[]) {
  const subgraph = createHubSubgraph({
    name: 'storefront',
    version: '1.2.3',
    sources: () => sources,
    uptimeSeconds: () => 42.5,
  });
  const document = parse(text);
  const run = subgraph.prepare({
    subgraph: 'hub',
    kind: 'query',
    text,
    document,
    variableNames: [],
    representationVariables: [],
  });
  return run(createScope(), {});
}

describe('the hub subgraph', () => {
  it('tells name, version and uptime', async () => {
    const result = await ask('{ hub { name version uptimeSeconds sources { name } } }', []);
    expect(result).toEqual({
      data: { hub: { name: 'storefront', version: '1.2.3', uptimeSeconds: 42.5, sources: [] } },
    });
  });

  it('tells how every source has been doing', async () => {
    const result = await ask('{ hub { sources { name kind health calls failures p50Ms p99Ms lastFault } } }', [
      { name: 'shop', kind: 'rest', stats: idle },
      {
        name: 'warehouse',
        kind: 'soap',
        stats: { health: 'down', calls: 5e9, failures: 7, p50Ms: 1.5, p99Ms: 80, lastFault: 'HUB_UPSTREAM_TIMEOUT' },
      },
    ]);
    expect(result.data).toEqual({
      hub: {
        sources: [
          {
            name: 'shop',
            kind: 'rest',
            health: 'UNKNOWN',
            calls: 0,
            failures: 0,
            p50Ms: null,
            p99Ms: null,
            lastFault: null,
          },
          {
            name: 'warehouse',
            kind: 'soap',
            health: 'DOWN',
            calls: 5e9,
            failures: 7,
            p50Ms: 1.5,
            p99Ms: 80,
            lastFault: 'HUB_UPSTREAM_TIMEOUT',
          },
        ],
      },
    });
  });

  it.each([
    ['up', 'UP'],
    ['degraded', 'DEGRADED'],
  ] as const)('says %s as %s', async (health, shown) => {
    const result = await ask('{ hub { sources { health } } }', [
      { name: 'shop', kind: 'rest', stats: { ...idle, health } },
    ]);
    expect(result.data).toEqual({ hub: { sources: [{ health: shown }] } });
  });

  it('composes as a Federation 2 subgraph without any upstream', () => {
    const subgraph = createHubSubgraph({ name: 'storefront', version: '1', sources: () => [] });
    expect(composeServices([{ name: subgraph.name, typeDefs: subgraph.sdl }]).errors).toBeUndefined();
    expect('subscribe' in subgraph).toBe(false);
    expect(subgraph.kind).toBe('hub');
  });
});
