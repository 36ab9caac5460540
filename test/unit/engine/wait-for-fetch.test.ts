import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { Subgraph } from '../../../src/contract/subgraph.ts';
import { createScope } from '../../../src/engine/create-scope.ts';
import { waitForFetch } from '../../../src/engine/wait-for-fetch.ts';
import { ask, testGraph } from '../../kit/graph.ts';

const never = () => new Promise<never>(() => undefined);

describe('a source that hangs', () => {
  const subgraph = (name: string, sdl: string, answer: Subgraph['prepare']): Subgraph => ({
    name,
    kind: 'federation',
    sdl: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) ${sdl}`),
    prepare: answer,
    close: () => Promise.resolve(),
  });

  it('leaves time for the sources that are asked after it', async () => {
    const graph = testGraph(
      subgraph('quick', 'type Query { quick: Item } type Item @key(fields: "id") { id: ID! }', () => async () => ({
        data: { quick: { __typename: 'Item', id: '1' } },
      })),
      subgraph('hanging', 'type Query { hanging: Item } type Item @key(fields: "id") { id: ID! }', () => never),
      subgraph('names', 'type Item @key(fields: "id") { id: ID! name: String }', (fetch) => async () => {
        const [alias = '_entities'] = /\w+(?=: ?_entities)/.exec(fetch.text) ?? [];
        return { data: { [alias]: [{ name: 'one' }] } };
      }),
    );
    const { data, errors } = await ask(
      graph,
      '{ quick { name } hanging { name } }',
      {},
      createScope({ timeoutMs: 250 }),
    );
    expect(data).toEqual({ quick: { name: 'one' }, hanging: null });
    expect(errors?.map(({ path, extensions: { code, source } }) => ({ path, code, source }))).toEqual([
      { path: ['hanging'], code: 'HUB_UPSTREAM_TIMEOUT', source: 'hanging' },
    ]);
  });
});

describe('a fetch', () => {
  it('that nobody waits for may take all of the time', async () => {
    const scope = createScope({ timeoutMs: 50 });
    await expect(waitForFetch(never(), scope, 'slow', false)).rejects.toMatchObject({ code: 'HUB_REQUEST_TIMEOUT' });
  });

  it('has as long as it wants where the request has no end', async () => {
    expect(await waitForFetch(Promise.resolve(1), createScope(), 'slow', true)).toBe(1);
  });

  it('is not waited for at all once the caller is gone', async () => {
    const caller = AbortSignal.abort();
    const work = waitForFetch(Promise.reject(new Error('too late')), createScope({ signal: caller }), 'slow', false);
    await expect(work).rejects.toMatchObject({ code: 'HUB_REQUEST_ABORTED' });
  });
});
