import { describe, expect, it } from '@jest/globals';
import { coalesce } from '../../../../src/events/log/coalesce.ts';
import { shareReads } from '../../../../src/events/log/share-reads.ts';

function open(options: { maxBatch?: number; maxWaiting?: number } = {}) {
  const batches: (readonly number[])[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const call = coalesce<number, string>({
    run: async (batch) => {
      batches.push(batch);
      const gate = Promise.withResolvers<undefined>();
      gates.push(gate as PromiseWithResolvers<void>);
      await gate.promise;
      return batch.map(String);
    },
    weigh: (item) => item,
    maxBatch: options.maxBatch ?? 100,
    maxWaiting: options.maxWaiting ?? 1_000,
    refuse: () => new Error('full'),
  });
  return { call, batches, gates, turn };
}

/** Long enough for a batch that waits for its turn to begin. */
async function turn(): Promise<void> {
  for (let immediate = 0; immediate < 3; immediate++) await new Promise((resolve) => setImmediate(resolve));
}

describe('coalesced calls', () => {
  it('go together where they are made together, and while others are under way', async () => {
    const { call, batches, gates, turn } = open();
    const first = Promise.all([call(1), call(2)]);
    await turn();
    const second = Promise.all([call(3), call(4)]);
    await turn();
    expect(batches).toEqual([[1, 2]]);
    gates[0]!.resolve();
    expect(await first).toEqual(['1', '2']);
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    gates[1]!.resolve();
    expect(await second).toEqual(['3', '4']);
  });

  it('are as many as a batch may weigh, but at least one', async () => {
    const { call, batches, gates, turn } = open({ maxBatch: 5 });
    const all = Promise.all([3, 2, 1, 9].map(call));
    for (let round = 0; round < 3; round++) {
      await turn();
      gates[round]!.resolve();
    }
    expect(await all).toEqual(['3', '2', '1', '9']);
    expect(batches).toEqual([[3, 2], [1], [9]]);
  });

  it('are refused where too much waits, and taken again later', async () => {
    const { call, gates, turn } = open({ maxWaiting: 10 });
    const running = call(1);
    await turn();
    const waiting = call(11);
    await expect(call(1)).rejects.toThrow('full');
    gates[0]!.resolve();
    await running;
    await turn();
    gates[1]!.resolve();
    await waiting;
    const again = call(1);
    await turn();
    gates[2]!.resolve();
    expect(await again).toBe('1');
  });

  it('fail together, and the next ones do not', async () => {
    const { call, gates, turn } = open();
    const failed = Promise.allSettled([call(1), call(2)]);
    await turn();
    const next = call(3);
    gates[0]!.reject(new Error('down'));
    expect(await failed).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    await turn();
    gates[1]!.resolve();
    expect(await next).toBe('3');
  });
});

describe('shared reads', () => {
  function openReads() {
    const sent: string[] = [];
    const gates: PromiseWithResolvers<string>[] = [];
    const read = shareReads(async (after, limit) => {
      sent.push(`${String(after)}:${limit}`);
      const gate = Promise.withResolvers<string>();
      gates.push(gate);
      return gate.promise;
    });
    return { read, sent, gates, turn };
  }

  it('are one query where they are made together, and another one for another place', async () => {
    const { read, sent, gates, turn } = openReads();
    const same = Promise.all([read(5, 10), read(5, 10), read(5, 10)]);
    const other = read(6, 10);
    await turn();
    expect(sent).toEqual(['5:10', '6:10']);
    gates[0]!.resolve('five');
    gates[1]!.resolve('six');
    expect(await same).toEqual(['five', 'five', 'five']);
    expect(await other).toBe('six');
  });

  it('never get the answer of a query that was sent before they were asked for', async () => {
    const { read, sent, gates, turn } = openReads();
    const early = read(5, 10);
    await turn();
    const late = Promise.all([read(5, 10), read(5, 10)]);
    await turn();
    expect(sent).toHaveLength(1);
    gates[0]!.resolve('old');
    expect(await early).toBe('old');
    await turn();
    expect(sent).toHaveLength(2);
    gates[1]!.resolve('new');
    expect(await late).toEqual(['new', 'new']);
  });

  it('fail with their query alone', async () => {
    const { read, gates, turn } = openReads();
    const early = read(undefined, 1);
    await turn();
    const late = read(undefined, 1);
    gates[0]!.reject(new Error('down'));
    await expect(early).rejects.toThrow('down');
    await turn();
    gates[1]!.resolve('up');
    expect(await late).toBe('up');
  });
});
