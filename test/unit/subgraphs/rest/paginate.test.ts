// Connections over pages of every kind, walked from the first to the last against a real upstream.
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createLocalSubgraph } from '../../../../src/subgraphs/local/create-local-subgraph.ts';
import { createRestConnector } from '../../../../src/subgraphs/rest/connector.ts';
import { startUpstream } from '../../../kit/upstream.ts';
import { startTransport } from '../../transport/start-transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Page {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** Walks all pages of a field with `after` and `first`; yields every node's id, and what the upstream was asked. */
async function walk(field: string, first: number, answer: (query: URLSearchParams) => Page) {
  const upstream = await startUpstream(({ url }, response) => {
    const { body, headers = {} } = answer(new URL(url, 'http://x').searchParams);
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });
  const { transport } = startTransport(upstream.url, { retry: { attempts: 1 } });
  closing.push(
    () => transport.close(),
    () => upstream.close(),
  );
  const subgraph = createLocalSubgraph({
    name: 'api',
    kind: 'rest',
    sdl: parse(`type Query { things${field} }
      type Things { nodes: [Thing]! pageInfo: PageInfo! totalCount: Int }
      type PageInfo { hasNextPage: Boolean! endCursor: String }
      type Thing { id: ID! }`),
    connectors: [createRestConnector({ transport })],
    settings: { maxKeysPerBatch: 10 },
  });
  const text =
    'query ($first: Int, $after: String) { things(first: $first, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }';
  const fetch = {
    subgraph: 'api',
    kind: 'query' as const,
    text,
    document: parse(text),
    variableNames: ['first', 'after'],
    representationVariables: [],
  };
  const run = subgraph.prepare(fetch);
  const ids: string[] = [];
  let totalCount: unknown;
  for (let after: string | null = null, turn = 0; turn < 10; turn += 1) {
    const { data, errors } = await run(createScope(), after === null ? { first } : { first, after });
    expect(errors).toBeUndefined();
    const things = data!.things as {
      nodes: { id: string }[];
      totalCount: unknown;
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
    ids.push(...things.nodes.map(({ id }) => id));
    totalCount = things.totalCount;
    after = things.pageInfo.endCursor;
    expect(things.pageInfo.hasNextPage).toBe(after !== null);
    if (after === null) break;
  }
  return { ids: ids.join(''), totalCount, asked: upstream.received.map(({ url }) => url.split('?')[1] ?? '') };
}

const ALL = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
const args = (position: string, size = 'limit'): string =>
  `(after: String @map(name: "${position}"), first: Int @map(name: "${size}")): Things @rest(get: "/things{?${position},${size}}")`;
const slice = (from: number, count: number) => ALL.slice(from, from + count);

describe('a connection', () => {
  it('goes by numbers of pages, with a total or without', async () => {
    const page = (query: URLSearchParams) => slice((Number(query.get('page') ?? 1) - 1) * 2, 2);
    const whole = await walk(
      `${args('page')} @paginate(by: page, items: "data", position: "page", size: "limit", total: "meta.total")`,
      2,
      (query) => ({
        body: { data: page(query), meta: { total: 5 } },
      }),
    );
    expect(whole).toEqual({ ids: 'abcde', totalCount: 5, asked: ['limit=2', 'page=2&limit=2', 'page=3&limit=2'] });
    const bare = await walk(
      `${args('page')} @paginate(by: page, items: "", position: "page", size: "limit")`,
      2,
      (query) => ({ body: page(query) }),
    );
    expect(bare.ids).toBe('abcde');
  });

  it('goes by offsets, whatever the upstream gives at a time', async () => {
    const whole = await walk(
      `${args('offset')} @paginate(by: offset, items: "items", position: "offset", size: "limit", total: "total")`,
      100,
      (query) => ({
        body: { items: slice(Number(query.get('offset') ?? 0), 3), total: 5 },
      }),
    );
    expect(whole).toEqual({ ids: 'abcde', totalCount: 5, asked: ['limit=100', 'offset=3&limit=100'] });
  });

  it('goes by cursors that the answer holds', async () => {
    const whole = await walk(
      `${args('cursor')} @paginate(by: cursor, items: "items", position: "cursor", size: "limit", next: "meta.next")`,
      2,
      (query) => {
        const from = Number(query.get('cursor')?.slice(1) ?? 0);
        return { body: { items: slice(from, 2), meta: { next: from + 2 < 5 ? `x${from + 2}` : null } } };
      },
    );
    expect(whole.ids).toBe('abcde');
    expect(whole.asked[1]).toBe('cursor=x2&limit=2');
  });

  it('goes by the last item, as far as the answer says that there is more', async () => {
    const whole = await walk(
      `${args('starting_after')} @paginate(by: cursor, items: "data", position: "starting_after", size: "limit", more: "has_more", cursorOf: "id")`,
      2,
      (query) => {
        const from = ALL.findIndex(({ id }) => id === query.get('starting_after')) + 1;
        return { body: { data: slice(from, 2), has_more: from + 2 < 5 } };
      },
    );
    expect([whole.ids, whole.asked[1]]).toEqual(['abcde', 'starting_after=b&limit=2']);
  });

  it('goes by the Link header', async () => {
    const whole = await walk(
      `${args('page')} @paginate(by: link, items: "", position: "page", size: "limit")`,
      2,
      (query) => {
        const page = Number(query.get('page') ?? 1);
        const last = '<https://x.test/things?page=3>; rel="last"';
        const link =
          page < 3 ? `${last}, <https://x.test/things?limit=2&page=${page + 1}>; title="a, b"; rel="next"` : last;
        return { body: slice((page - 1) * 2, 2), headers: { link } };
      },
    );
    expect([whole.ids, whole.asked.length]).toEqual(['abcde', 3]);
  });

  it('ends where the upstream answers with nothing', async () => {
    const whole = await walk(`${args('page')} @paginate(by: page, items: "data", position: "page")`, 2, () => ({
      body: {},
    }));
    expect(whole).toMatchObject({ ids: '', totalCount: null });
  });
});
