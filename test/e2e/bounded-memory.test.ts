// What a hub keeps after thousands of documents, variables and callers that it sees once: no more than after hundreds.
import { expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { connectInspector } from '../../bench/inspector.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startHubProgram } from '../kit/hub-program.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const SECRET = 'a secret of thirty-two characters';
const SDL = /* GraphQL */ `
  type Query {
    order(id: ID!): Order @rest(get: "/orders/{id}") @lookup
  }
  type Order @key(fields: "id") {
    id: ID!
    note: String
  }
`;
const yaml = (url: string) => `
auth: { jwt: [{ issuer: test, audience: hub, secret: "${SECRET}" }] }
sources: { shop: { kind: rest, url: "${url}", cache: { ttlMs: 60000 } } }
cache: { maxBytes: 1000000 }
`;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenOf(subject: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iss: 'test', aud: 'hub', sub: subject, exp })}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

/** More than the hub keeps. */
const DOCUMENTS = 1_500;
const CALLERS = 10_500;
/** What a collection may happen to leave. */
const SLACK_MB = 1.5;

it('keeps a bounded number of documents, callers and answers', async () => {
  await using stack = new AsyncDisposableStack();
  const upstream = await startUpstream(({ url }, response) =>
    json(response, { id: url.split('/').at(-1), note: 'x'.repeat(2_000) }),
  );
  stack.defer(() => upstream.close());
  const folder = await temporaryFolder({ 'manifold.yaml': yaml(upstream.url), 'schema/shop/orders.graphql': SDL });
  stack.use(folder);
  const port = await freePort();
  const env = { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` };
  const hub = await startHubProgram({ command: 'serve', config: folder.path, env });
  stack.defer(() => hub.stop());
  const inspector = await connectInspector(port);
  stack.defer(() => inspector.close());

  const ask = async (caller: number, field: string): Promise<void> => {
    const query = `query ($id: ID!) { ${field}: order(id: $id) { id } }`;
    const response = await fetch(hub.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(`caller-${caller}`)}` },
      body: JSON.stringify({ query, variables: { id: String(caller % DOCUMENTS) } }),
    });
    expect(await response.json()).toEqual({ data: { [field]: { id: String(caller % DOCUMENTS) } } });
  };
  let callers = 0;
  const askMany = async (count: number, fieldOf: (caller: number) => string): Promise<void> => {
    const end = callers + count;
    const line = async (): Promise<void> => {
      while (callers < end) {
        callers += 1;
        await ask(callers, fieldOf(callers));
      }
    };
    await Promise.all(Array.from({ length: 8 }, line));
  };
  const another = (caller: number): string => `a${caller}`;
  await askMany(2 * DOCUMENTS, another);
  await askMany(CALLERS - 2 * DOCUMENTS, () => 'same');
  const before = await inspector.heapMegabytes();
  await askMany(DOCUMENTS, another);
  expect((await inspector.heapMegabytes()) - before).toBeLessThan(SLACK_MB);
}, 300_000);
