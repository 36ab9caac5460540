import { describe, expect, it } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { parse } from 'graphql';
import type { FetchResult, PlannedFetch } from '../../../../src/contract/fetch.ts';
import type { Scope } from '../../../../src/contract/scope.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { createExecutableSubgraph } from '../../../../src/subgraphs/local/executable-subgraph.ts';

const typeDefs = `
  type Query { who(greeting: String): String fault: Int bug: Int }
  type Subscription { numbers(to: Int!): Int broken: Int }
`;

function subgraph() {
  return createExecutableSubgraph({
    name: 'own',
    kind: 'own',
    sdl: parse(typeDefs),
    contextOf: (scope) => scope.principal.id,
    makeSchema: () =>
      makeExecutableSchema<string>({
        typeDefs,
        resolvers: {
          Query: {
            who: (_root: unknown, { greeting }: { greeting?: string }, id: string) => `${greeting ?? 'hello'} ${id}`,
            fault: () => {
              throw new HubFault('HUB_EVENT_GAP', 'gone');
            },
            bug: () => {
              throw new TypeError('oops');
            },
          },
          Subscription: {
            numbers: {
              subscribe: async function* (_root: unknown, { to }: { to: number }) {
                for (let value = 1; value <= to; value++) yield await Promise.resolve(value);
              },
              resolve: (value: number) => value,
            },
            broken: {
              // eslint-disable-next-line require-yield
              subscribe: async function* () {
                await Promise.resolve();
                throw new HubFault('HUB_EVENT_CURSOR_INVALID', 'not a cursor');
              },
            },
          },
        },
      }),
  });
}

function fetchOf(text: string, kind: PlannedFetch['kind'] = 'query'): PlannedFetch {
  return { subgraph: 'own', kind, text, document: parse(text), variableNames: [], representationVariables: [] };
}

async function all(text: string, scope: Scope): Promise<FetchResult[]> {
  const results: FetchResult[] = [];
  for await (const result of subgraph().subscribe!(fetchOf(text, 'subscription'), scope, {})) results.push(result);
  return results;
}

describe('createExecutableSubgraph', () => {
  it('runs a fetch with its variables and the context of the request', async () => {
    const run = subgraph().prepare(fetchOf('query($g: String) { who(greeting: $g) }'));
    expect(await run(createScope(), { g: 'hi' })).toEqual({ data: { who: 'hi anonymous' } });
  });

  it('passes faults on as they are, and makes HUB_INTERNAL of anything else', async () => {
    const result = await subgraph().prepare(fetchOf('{ who fault bug }'))(createScope(), {});
    expect(result.data).toEqual({ who: 'hello anonymous', fault: null, bug: null });
    expect(result.errors).toMatchObject([
      { path: ['fault'], fault: { code: 'HUB_EVENT_GAP', message: 'gone' } },
      { path: ['bug'], fault: { code: 'HUB_INTERNAL', cause: { message: 'oops' } } },
    ]);
  });

  it('calls nothing upstream', () => {
    expect(subgraph().explain?.(fetchOf('{ who }'))).toEqual([]);
  });

  it('streams', async () => {
    const results = await all('subscription { numbers(to: 2) }', createScope());
    expect(results).toEqual([{ data: { numbers: 1 } }, { data: { numbers: 2 } }]);
  });

  it('ends a stream that breaks with its fault', async () => {
    expect(await all('subscription { broken }', createScope())).toMatchObject([
      { data: null, errors: [{ fault: { code: 'HUB_EVENT_CURSOR_INVALID' } }] },
    ]);
  });

  it('ends a stream that breaks in silence where nobody listens any more', async () => {
    expect(await all('subscription { broken }', createScope({ signal: AbortSignal.abort() }))).toEqual([]);
  });

  it('yields the errors of a stream that cannot begin', async () => {
    expect(await all('subscription { nowhere }', createScope())).toMatchObject([
      { data: null, errors: [{ fault: { code: 'HUB_INTERNAL' } }] },
    ]);
  });

  it('does not stream where its schema has no subscriptions', () => {
    const schema = makeExecutableSchema({ typeDefs: 'type Query { a: Int }' });
    const silent = createExecutableSubgraph({ name: 'a', kind: 'a', sdl: parse('type Query { a: Int }'), makeSchema: () => schema, contextOf: () => undefined }); // prettier-ignore
    expect('subscribe' in silent).toBe(false);
  });
});
