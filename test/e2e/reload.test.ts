// `manifold dev` follows its files while it is asked without a pause; `manifold serve` serves what was pinned and drains.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QUERY } from '../../examples/storefront/overview.ts';
import { ask, connect, subscribe, type Asked } from '../kit/ask.ts';
import { temporaryFolder, type Folder } from '../kit/folder.ts';
import { startHubProgram, type HubProgram } from '../kit/hub-program.ts';
import { runManifold } from '../kit/manifold.ts';
import { copyOfStorefront, startUpstreams, type Upstreams } from '../kit/storefront.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const started = new AsyncDisposableStack();
let upstreams: Upstreams;
beforeAll(async () => {
  upstreams = await startUpstreams();
  started.defer(() => upstreams.stop());
}, 120_000);
afterAll(() => started.disposeAsync(), 60_000);

/** Changes a file of the folder by a replacement that must apply. */
async function edit(folder: Folder, name: string, from: string, to: string): Promise<void> {
  const file = join(folder.path, name);
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${name} does not have ${from}`);
  await writeFile(file, text.replace(from, to));
}

/**
 * Asks until the answer has no errors. A file that is saved may be seen in the middle of it, so that one change makes
 * several reloads; what counts is how it ends.
 */
async function askUntilWell(url: string, query: string): Promise<Asked['data']> {
  for (;;) {
    const { data, errors } = await ask(url, query);
    if (errors === undefined) return data;
    await pause(50);
  }
}

/** Asks twenty times a second until it is stopped; answers what was not as it should be, and how often it asked. */
function keepAsking(url: string, query: string): () => Promise<{ readonly asked: number; readonly wrong: unknown[] }> {
  const asks: Promise<Asked>[] = [];
  const timer = setInterval(() => asks.push(ask(url, query)), 50);
  return async () => {
    clearInterval(timer);
    const settled = await Promise.allSettled(asks);
    const wrong = settled.filter((one) => one.status === 'rejected' || one.value.errors !== undefined);
    return { asked: settled.length, wrong };
  };
}

describe('manifold dev', () => {
  let folder: Folder;
  let hub: HubProgram;
  beforeAll(async () => {
    folder = await copyOfStorefront();
    started.use(folder);
    hub = await startHubProgram({ command: 'dev', config: folder.path, env: upstreams.env });
    started.defer(() => hub.stop());
    await hub.said(/watching/);
  }, 120_000);

  it('takes over changes of SDL, configuration and descriptions while no request fails', async () => {
    const stop = keepAsking(hub.url, QUERY);
    try {
      await folder.write('schema/shop/labels.graphql', 'extend type Product { label: String @map(name: "name") }');
      expect(await askUntilWell(hub.url, '{ products(limit: 1) { label } }')).toEqual({
        products: [{ label: expect.stringMatching(/./) }],
      });

      await edit(folder, 'manifold.yaml', 'name: storefront', 'name: storefront-two');
      while ((await ask(hub.url, '{ hub { name } }')).data.hub.name !== 'storefront-two') await pause(50);

      await edit(folder, 'shop/openapi.yaml', 'operationId: order\n', 'operationId: oneOrder\n');
      expect(await askUntilWell(hub.url, '{ oneOrder(id: "O-11000") { id } }')).toEqual({
        oneOrder: { id: 'O-11000' },
      });
    } finally {
      const { asked, wrong } = await stop();
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(10);
    }
  }, 60_000);

  it.each([
    ['configuration', 'manifold.yaml', 'kind: soap', 'kind: soup', /sources\.warehouse\.kind: must be one of/],
    ['SDL', 'schema/shop/labels.graphql', 'String', 'Strong', /Strong/],
    ['a description', 'shop/openapi.yaml', 'openapi:', 'openapi: [', /openapi\.yaml/],
  ])('keeps the graph from before while %s is broken', async (_what, file, from, to, complaint) => {
    await edit(folder, file, from, to);
    await hub.said(complaint);
    await hub.said(/graph from before goes on/);
    expect((await ask(hub.url, QUERY)).errors).toBeUndefined();
    await edit(folder, file, to, from);
    await hub.said(/: reloaded/);
    expect((await ask(hub.url, '{ products(limit: 1) { label } }')).errors).toBeUndefined();
  });

  it('loses no subscriber: who was connected goes on, or comes back with a cursor and misses nothing', async () => {
    const subscription = 'subscription ($after: String) { orderChanged(after: $after) { cursor entity { status } } }';
    const create = () =>
      ask(
        hub.url,
        'mutation { createOrder(input: { customerId: "C-1001", items: [{ productId: "P-1001", quantity: 1 }] }) { id } }',
      );
    await using first = client(hub.url);
    const before = await subscribe(first.client, subscription);
    await create();
    const { cursor } = (await before.next()).data.orderChanged;

    await folder.write('schema/shop/again.graphql', 'extend type Product { again: String @map(name: "name") }');
    await askUntilWell(hub.url, '{ products(limit: 1) { again } }');
    await create();
    await using second = client(hub.url);
    const after = await subscribe(second.client, subscription, { after: cursor });
    expect(await after.next()).toMatchObject({ data: { orderChanged: { entity: { status: 'PLACED' } } } });
    expect(await before.next()).toMatchObject({ data: { orderChanged: { entity: { status: 'PLACED' } } } });
  });
});

function client(url: string) {
  const connected = connect(url);
  return { client: connected, [Symbol.asyncDispose]: async () => connected.dispose() };
}

describe('manifold serve', () => {
  it('serves what was pinned, without its descriptions, and watches nothing', async () => {
    await using folder = await copyOfStorefront();
    const pinned = await runManifold(['import', '--config', folder.path], { env: upstreams.env });
    expect(pinned.code).toBe(0);
    const before = await readFile(join(folder.path, 'schema/manifold.lock.json'), 'utf8');
    const again = await runManifold(['import', '--config', folder.path], { env: upstreams.env });
    expect(again.stderr).toMatch(/is as it was/);
    expect(await readFile(join(folder.path, 'schema/manifold.lock.json'), 'utf8')).toBe(before);

    await folder.write('shop/openapi.yaml', 'no description any more');
    const hub = await startHubProgram({ command: 'serve', config: folder.path, env: upstreams.env });
    try {
      const { data, errors } = await ask(hub.url, QUERY);
      expect(errors).toBeUndefined();
      expect(data.orders).toHaveLength(3);
    } finally {
      await hub.stop();
    }
    expect(await hub.program.ended).toBe('exit code 0');
  }, 60_000);

  it('answers what is in flight after SIGTERM, takes nothing new, and tells its subscribers', async () => {
    const asked = Promise.withResolvers<null>();
    const release = Promise.withResolvers<null>();
    const slow = await startUpstream(async (_request, response) => {
      asked.resolve(null);
      await release.promise;
      json(response, { text: 'at last' });
    });
    started.defer(() => slow.close());
    await using folder = await temporaryFolder({
      'manifold.yaml': `sources: { slow: { kind: rest, url: "${slow.url}" } }`,
      'schema/slow/query.graphql': 'type Query { slow: Slow @rest(get: "/slow") } type Slow { text: String }',
    });
    const hub = await startHubProgram({ command: 'serve', config: folder.path });
    try {
      await using listener = client(hub.url);
      const closed = new Promise<any>((resolve) => listener.client.on('closed', resolve));
      const events = await subscribe(listener.client, 'subscription { syncEvents { cursor } }');
      const end = events.next().catch((error: unknown) => error);
      const answer = ask(hub.url, '{ slow { text } }');
      await asked.promise;
      process.kill(hub.program.pid ?? 0, 'SIGTERM');
      await hub.said(/answering what is in flight/);
      while (await isOpen(hub.url)) await pause(20);
      release.resolve(null);
      expect(await answer).toEqual({ status: 200, data: { slow: { text: 'at last' } } });
      expect((await closed).code).toBe(1001);
      await end;
      expect(await hub.program.ended).toBe('exit code 0');
    } finally {
      release.resolve(null);
      await hub.stop();
    }
  }, 60_000);
});

/** Whether a new connection is answered. */
async function isOpen(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`, { headers: { connection: 'close' } }).then(
    ({ ok }) => ok,
    () => false,
  );
}
