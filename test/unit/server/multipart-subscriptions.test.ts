import { afterEach, describe, expect, it } from '@jest/globals';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createFakeGraph } from '../../kit/fake-graph.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub;
afterEach(() => hub.close());

const ACCEPT = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json';

const graph = () =>
  createFakeGraph({
    sdl: 'type Query { hello: String } type Subscription { count(to: Int!): Int fail: Int }',
    query: { hello: () => 'hello' },
    subscription: {
      async *count({ to }) {
        for (let value = 1; value <= to; value++) yield await Promise.resolve(value);
      },
      // eslint-disable-next-line require-yield
      async *fail() {
        await Promise.resolve();
        throw new HubFault('HUB_UPSTREAM_TIMEOUT', 'secret', { details: { source: 'shop' } });
      },
    },
  });

async function post(query: string, accept: string): Promise<Response> {
  hub = await startHub({ graph: graph() });
  return fetch(hub.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
}

/** What the parts of the stream say; each is known to have ended by the boundary after it. */
async function parts(response: Response): Promise<{ bodies: any[]; rest: string }> {
  const [before, ...all] = (await response.text()).split('\r\n--graphql');
  expect(before).toBe('');
  const rest = all.pop() ?? '';
  const bodies = all.map((part) => {
    const [head, body = ''] = part.split('\r\n\r\n');
    expect(head?.trim().toLowerCase()).toBe('content-type: application/json');
    return JSON.parse(body);
  });
  return { bodies, rest };
}

describe('a subscription of a client that speaks the multipart protocol', () => {
  it('gets each result as a part, and the closing boundary', async () => {
    const response = await post('subscription { count(to: 2) }', ACCEPT);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    expect(await parts(response)).toEqual({
      bodies: [{ payload: { data: { count: 1 } } }, { payload: { data: { count: 2 } } }],
      rest: '--\r\n',
    });
  });

  it.each([
    ['subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { fail }', 'HUB_UPSTREAM_TIMEOUT'],
  ])('gets what is wrong with %s as its last part', async (query, code) => {
    const { bodies, rest } = await parts(await post(query, ACCEPT));
    expect(bodies).toHaveLength(1);
    expect(bodies[0].payload.errors[0].extensions.code).toBe(code);
    expect(JSON.stringify(bodies)).not.toContain('secret');
    expect(rest).toBe('--\r\n');
  });

  it('is what the caller asked for: parts of other protocols, or none, are not sent', async () => {
    const response = await post('{ hello }', 'multipart/mixed;deferSpec=20220824, application/json');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ data: { hello: 'hello' } });
  });
});
