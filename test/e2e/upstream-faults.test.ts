// A hub over three upstreams that go wrong in every way: REST, SOAP and a model behind an API. A fourth stays well.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, type Asked } from '../kit/ask.ts';
import { startFaultyUpstream, HUGE_BYTES, type FaultyUpstream, type Misbehaviour } from '../kit/faulty-upstream.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startHubProgram, type HubProgram } from '../kit/hub-program.ts';
import { STOREFRONT } from '../kit/storefront.ts';
import { json, startUpstream, type Answer } from '../kit/upstream.ts';

const IDS = ['A-1', 'A-2'];

/** An OpenAPI document with one operation: products by their ids, or all of them. */
function openapi(path: string, properties: Record<string, object>): string {
  const product = { type: 'object', required: ['id'], properties: { id: { type: 'string' }, ...properties } };
  const id = { name: 'id', in: 'query', schema: { type: 'array', items: { type: 'string' } } };
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: path, version: '1' },
    paths: {
      [`/${path}`]: {
        get: {
          operationId: path,
          parameters: [id],
          responses: {
            200: {
              description: 'products',
              content: {
                'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Product' } } },
              },
            },
          },
        },
      },
    },
    components: { schemas: { Product: product } },
  });
}

const price =
  (of: unknown): Answer =>
  ({ url }, response) =>
    json(
      response,
      new URL(url, 'http://localhost').searchParams.getAll('id').map((id) => ({ id, price: of })),
    );

const stock =
  (available: string): Answer =>
  ({ body }, response) => {
    const levels = [...body.matchAll(/<(?:\w+:)?sku[^>]*>([^<]+)</g)].map(
      ([
        ,
        sku = '',
      ]) => `<w:stockLevel><w:sku>${sku}</w:sku><w:onHand>9</w:onHand><w:available>${available}</w:available>
      <w:status>LOW</w:status><w:unitCost>1.50</w:unitCost>
      <w:location><w:aisle>A1</w:aisle><w:bin>1</w:bin></w:location></w:stockLevel>`,
    );
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
    <w:GetStockLevelsResponse xmlns:w="http://storefront.example.com/warehouse">${levels.join('')}</w:GetStockLevelsResponse>
    </s:Body></s:Envelope>`);
  };

const mood =
  (of: string): Answer =>
  ({ body }, response) => {
    const [, items = '[]'] = JSON.parse(body).messages.at(-1).content.split('\n');
    const answers = JSON.parse(items).map(({ id }: { id: string }) => ({ id, answer: of }));
    json(response, {
      id: 'c',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: JSON.stringify({ answers }) } },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  };

/** Impatient, so that the tests are not; the breaker has its own test in storefront.test.ts. */
const PATIENCE =
  'timeoutMs: 700, retry: { attempts: 2, initialDelayMs: 1, maxDelayMs: 5 }, breaker: { failures: 1000 }';

const yaml = (
  shopUrl: string,
  goneUrl: string,
  urls: Record<'pricing' | 'warehouse' | 'assistant', string>,
): string => `
name: faults
sources:
  shop: { kind: rest, spec: ./shop.json, url: "${shopUrl}" }
  gone: { kind: rest, spec: ./gone.json, url: "${goneUrl}", ${PATIENCE} }
  pricing: { kind: rest, spec: ./pricing.json, url: "${urls.pricing}", ${PATIENCE} }
  warehouse: { kind: soap, spec: ./warehouse.wsdl, url: "${urls.warehouse}", ${PATIENCE} }
  assistant:
    kind: ai
    routes: { fast: [lab/m] }
    providers: { lab: { type: openai-compatible, baseUrl: "${urls.assistant}/v1", apiKey: sk-secret } }
    ${PATIENCE.replaceAll(', ', '\n    ').replace(/\{[^}]*\}/g, (braces) => braces.replaceAll('\n    ', ', '))}
`;

const QUERY = '{ products { id name price stock { available } mood } }';
const WHOLE = {
  products: IDS.map((id) => ({ id, name: `Tea ${id}`, price: 4.5, stock: { available: 7 }, mood: 'HAPPY' })),
};

const started = new AsyncDisposableStack();
let upstreams: readonly FaultyUpstream[];
let hub: HubProgram;

beforeAll(async () => {
  const shop = await startUpstream((_request, response) =>
    json(
      response,
      IDS.map((id) => ({ id, name: `Tea ${id}` })),
    ),
  );
  const [pricing, warehouse, assistant] = await Promise.all([
    startFaultyUpstream(price(4.5), price('cheap')),
    startFaultyUpstream(stock('7'), stock('some')),
    startFaultyUpstream(mood('HAPPY'), mood('PURPLE')),
  ]);
  upstreams = [pricing, warehouse, assistant];
  for (const upstream of [shop, ...upstreams]) started.defer(() => upstream.close());
  const folder = await temporaryFolder({
    'shop.json': openapi('products', { name: { type: 'string' } }),
    'gone.json': openapi('gone', { weight: { type: 'number' } }),
    'pricing.json': openapi('prices', { price: { type: 'number' } }),
    'warehouse.wsdl': await readFile(`${STOREFRONT}/warehouse/warehouse.wsdl`, 'utf8'),
    'schema/shop/lookup.graphql': lookup('products'),
    'schema/gone/lookup.graphql': lookup('gone'),
    'schema/pricing/lookup.graphql': lookup('prices'),
    'schema/warehouse/joins.graphql': `
      type Product @key(fields: "id") { id: ID! stock: StockLevel @derive(from: "{ sku: id }") }
      extend type StockLevel @key(fields: "sku")
      extend type Query {
        getStockLevels(sku: [String!]!): [StockLevel!]
          @soap(operation: "GetStockLevels", at: "stockLevel", readOnly: true) @lookup
      }`,
    'schema/assistant/products.graphql': `
      enum Mood { HAPPY SAD }
      type Product @key(fields: "id") {
        id: ID!
        name: String @external
        mood: Mood @requires(fields: "name") @ai(prompt: "How does it sound?")
      }`,
    'manifold.yaml': yaml(shop.url, `http://127.0.0.1:${await freePort()}`, {
      pricing: pricing.url,
      warehouse: warehouse.url,
      assistant: assistant.url,
    }),
  });
  started.use(folder);
  hub = await startHubProgram({ command: 'dev', config: folder.path });
  started.defer(() => hub.stop());
  expect(await ask(hub.url, QUERY)).toEqual({ status: 200, data: WHOLE });
}, 120_000);

afterAll(() => started.disposeAsync(), 60_000);

const lookup = (operation: string): string => `
  extend type Product @key(fields: "id")
  extend type Query { ${operation}(id: [ID!]): [Product!] @rest(get: "/${operation}{?id*}") @lookup }`;

/** Resident memory of the hub, as Linux counts it; undefined elsewhere. */
async function residentBytes(): Promise<number | undefined> {
  const status = await readFile(`/proc/${String(hub.program.pid)}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function asked(badly: Misbehaviour): Promise<Asked> {
  for (const upstream of upstreams) upstream.behave(badly);
  try {
    return await ask(hub.url, QUERY);
  } finally {
    for (const upstream of upstreams) upstream.behave(undefined);
  }
}

const errorsOf = ({ errors = [] }: Asked) =>
  errors.map(({ path = [], extensions: { code, source } }) => `${path.join('.')}: ${code} of ${String(source)}`).sort();

describe('an upstream that is', () => {
  it.each<[string, Misbehaviour, string, string, string]>([
    ['slow', 'slow', 'TIMEOUT', 'TIMEOUT', 'TIMEOUT'],
    ['answering HTML', 'html', 'MALFORMED', 'MALFORMED', 'MALFORMED'],
    ['cutting the connection in mid-body', 'cut', 'MALFORMED', 'MALFORMED', 'MALFORMED'],
    ['answering 500', 'failing', 'FAILED', 'FAILED', 'FAILED'],
    ['answering 429', 'limited', 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED'],
    ['answering with wrong types', 'wrong-type', 'MALFORMED', 'MALFORMED', 'MALFORMED'],
    ['answering 100 MB', 'huge', 'TOO_LARGE', 'TOO_LARGE', 'TOO_LARGE'],
    ['announcing 100 MB', 'huge-announced', 'TOO_LARGE', 'TOO_LARGE', 'TOO_LARGE'],
    ['not speaking HTTP', 'not-http', 'MALFORMED', 'MALFORMED', 'MALFORMED'],
  ])('%s costs its own fields and nothing else', async (_what, badly, rest, soap, ai) => {
    const before = await residentBytes();
    const answer = await asked(badly);
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      products: WHOLE.products.map(({ id, name }) => ({ id, name, price: null, stock: null, mood: null })),
    });
    const expected = IDS.flatMap((_id, index) => [
      `products.${index}.price: HUB_UPSTREAM_${rest} of pricing`,
      `products.${index}.stock: HUB_UPSTREAM_${soap} of warehouse`,
      `products.${index}.mood: HUB_UPSTREAM_${ai} of assistant`,
    ]);
    expect(errorsOf(answer)).toEqual(expected.sort());
    expect(JSON.stringify(answer)).not.toMatch(/NullPointer|sk-secret|maintenance|127\.0\.0\.1/);

    expect((await fetch(`${hub.url}/health/ready`)).status).toBe(200);
    expect(await ask(hub.url, QUERY)).toEqual({ status: 200, data: WHOLE });
    const after = await residentBytes();
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(HUGE_BYTES);
    // Sockets hold some of what nobody reads any more.
    for (const { poured } of upstreams) expect(poured()).toBeLessThan(HUGE_BYTES / 2);
  });

  it('down costs its own fields and nothing else', async () => {
    const answer = await ask(hub.url, '{ products { id name weight } }');
    expect(answer.data).toEqual({ products: IDS.map((id) => ({ id, name: `Tea ${id}`, weight: null })) });
    expect(errorsOf(answer)).toEqual(
      IDS.map((_id, index) => `products.${index}.weight: HUB_UPSTREAM_UNREACHABLE of gone`),
    );
    expect(await ask(hub.url, QUERY)).toEqual({ status: 200, data: WHOLE });
  });

  it('limiting says when to come back', async () => {
    const { errors = [] } = await asked('limited');
    const pricing = errors.filter(({ extensions }) => extensions.source === 'pricing');
    expect(pricing[0]?.extensions).toMatchObject({ upstreamStatus: 429, retryAfterMs: 120_000 });
  });
});
