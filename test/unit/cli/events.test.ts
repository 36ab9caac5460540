import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEvents } from '../../../src/compose.ts';
import type { DeadLetters } from '../../../src/contract/webhooks.ts';
import { createMemoryDeadLetters } from '../../../src/events/intake/memory-dead-letters.ts';
import { createMemoryBus } from '../../../src/events/memory-bus.ts';
import { createStoreEventLog } from '../../../src/events/log/store-event-log.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { fakeCli } from '../../kit/cli.ts';
import { temporaryFolder, type Folder } from '../../kit/folder.ts';
import { embeddedStores } from '../../kit/stores.ts';

const stores = embeddedStores();
afterAll(() => stores.close());

let folder: Folder;
beforeEach(async () => {
  folder = await temporaryFolder({ 'manifold.yaml': 'sources:\n  shop:\n    kind: rest\n' });
});
afterEach(async () => folder[Symbol.asyncDispose]());

const letter = { webhook: 'shop', source: 'shop', reason: 'no\nkey', headers: {}, body: Buffer.from('{"a":1}') };

async function open(deadLetters: DeadLetters = createMemoryDeadLetters()) {
  const store = await stores.open();
  const log = createStoreEventLog({ store, maxEvents: 100 });
  const replayed: string[] = [];
  let closed = 0;
  const cli = fakeCli({
    hub: {
      openEvents: async () =>
        ({
          state: { store, log, deadLetters, bus: createMemoryBus(), close: async () => void (closed += 1) },
          intake: async () => ({
            replay: async ({ id, deliveryId }: { id: string; deliveryId?: string }) => {
              if (deliveryId === 'bad') throw new HubFault('HUB_EVENT_UNMAPPED', 'key has no field');
              replayed.push(id);
              await deadLetters.markReplayed(id);
              return 1;
            },
          }),
        }) as unknown as Awaited<ReturnType<typeof openEvents>>,
    },
  });
  const run = (...args: string[]) => cli.run('events', ...args, '--config', folder.path);
  return { cli, run, log, deadLetters, replayed, closed: () => closed, end: () => stores.giveBack(store) };
}

describe('manifold events', () => {
  it('lists events, by what is looked for', async () => {
    const { cli, run, log, closed, end } = await open();
    const change = { source: 'shop', type: 'Order', operation: 'UPDATED', key: { id: '1' } } as const;
    const [first] = await log.append([change, { ...change, source: 'other', payload: { secret: 1 } }]);
    expect(await run('list', '--source', 'shop')).toBe(0);
    expect(cli.stdout.join('')).toBe(`${first!.at}\t${first!.id}\tshop\tUPDATED\tOrder id=1\n`);
    cli.stdout.length = 0;
    expect(await run('list', '--json', '--limit', '1')).toBe(0);
    expect(JSON.parse(cli.stdout.join(''))).toMatchObject([{ source: 'other', payload: { secret: 1 } }]);
    expect(closed()).toBe(2);
    end();
  });

  it('lists dead letters, one per line', async () => {
    const { cli, run, deadLetters, end } = await open();
    await deadLetters.keep(letter);
    const [kept] = await deadLetters.list({}, 1);
    expect(await run('dead-letters')).toBe(0);
    expect(cli.stdout.join('')).toBe(`${kept!.receivedAt}\t${kept!.id}\tshop\tno key\n`);
    cli.stdout.length = 0;
    await run('dead-letters', '--json');
    expect(JSON.parse(cli.stdout.join(''))).toMatchObject([{ id: kept!.id, body: '{"a":1}' }]);
    end();
  });

  it('replays dead letters, and exits with 1 where some stay dead', async () => {
    const { cli, run, deadLetters, replayed, end } = await open();
    await deadLetters.keep({ ...letter, deliveryId: 'bad' });
    await deadLetters.keep({ ...letter, deliveryId: 'good' });
    expect(await run('replay')).toBe(1);
    expect(replayed).toHaveLength(1);
    expect(cli.stderr.join('\n')).toMatch(/key has no field[\s\S]*1 new event[\s\S]*1 replayed, 1 still dead/);
    expect(await run('replay', '--source', 'other')).toBe(0);
    expect(await run('dead-letters', '--all')).toBe(0);
    expect(cli.stdout).toHaveLength(2);
    end();
  });

  it('replays events of the log as new ones, all that are meant or none', async () => {
    const { cli, run, log, end } = await open();
    const change = {
      source: 'shop',
      type: 'Order',
      operation: 'UPDATED',
      key: { id: '1' },
      payload: { n: 1 },
    } as const;
    const [first] = await log.append([
      { ...change, deliveryId: 'd', causationId: 'c', correlationId: 'request' },
      { ...change, deliveryId: 'd', key: { id: '2' } },
      { ...change, source: 'other' },
    ]);
    const before = await log.tail();
    expect(await run('replay', '--events')).toBe(1);
    expect(await run('replay', '--events', '--source', 'shop', '--limit', '1')).toBe(1);
    expect(await log.read(before, 10)).toEqual([]);
    expect(await run('replay', '--events', '--source', 'shop')).toBe(0);
    expect(await run('replay', '--events', '--id', first!.id)).toBe(0);
    expect(cli.stderr.join('\n')).toMatch(
      /say which[\s\S]*more than 1 events[\s\S]*2 events replayed[\s\S]*1 event replayed/,
    );
    const replayed = await log.read(before, 10);
    expect(replayed.map(({ key }) => key.id)).toEqual(['1', '2', '1']);
    const { id, at } = first!;
    expect(replayed[0]).toMatchObject({ ...change, occurredAt: at, causationId: 'c', correlationId: `replay:${id}` });
    expect(new Set([id, ...replayed.map((event) => event.id)]).size).toBe(4);
    end();
  });

  it('refuses times and limits that are none, as wrong usage', async () => {
    const { run, end } = await open();
    for (const wrong of [['--from', 'yesterday'], ['--to', 'x'], ['--limit', '0'], ['--limit', 'x'], ['--nothing']]) {
      expect(await run('list', ...wrong)).toBe(2);
    }
    expect(await run('forget')).toBe(2);
    end();
  });

  it('says so where nothing is kept', async () => {
    const cli = fakeCli({ hub: { openEvents } });
    expect(await cli.run('events', 'list', '--config', folder.path)).toBe(1);
    expect(cli.stderr.join('\n')).toMatch(/kept in memory, and gone with the hub/);
  });
});
