// Readers of one log at every pace, that come and go while it grows: each gets what is for it, once and in order.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventLog, SyncEvent } from '../../src/contract/events.ts';
import { HubFault } from '../../src/faults/hub-fault.ts';
import { createMemoryBus } from '../../src/events/memory-bus.ts';
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts';
import { tailEvents } from '../../src/events/tail-events.ts';

const KEYS = 3;

const reader = fc.record({
  /** Whose events it wants; undefined: all. */
  key: fc.option(fc.nat(KEYS - 1), { nil: undefined }),
  /** After how many batches it begins, and how many turns of the event loop it takes for each. */
  late: fc.nat(20),
  slow: fc.nat(30),
  /** After how many batches it goes away, and comes back with its last cursor. */
  leaves: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});
const plan = fc.record({
  /** What is appended at once, and the turns until then, in which readers may come up to the end. */
  batches: fc.array(
    fc.record({
      size: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 400, max: 2_000 })),
      quiet: fc.nat(300),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  /** Turns that each read takes in its turn; where it is 0, the store is away. */
  reads: fc
    .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 7 })
    .filter((all) => all.some((one) => one > 0)),
  readers: fc.array(reader, { minLength: 1, maxLength: 6 }),
});

const wait = async (turns: number): Promise<void> => {
  for (let one = 0; one < turns; one++) await turn();
};

describe('readers of one log', () => {
  it('get each event that is for them exactly once and in order, whatever their pace', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ batches, reads, readers }) => {
        const memory = createMemoryEventLog({ maxEvents: 100_000 });
        const bus = createMemoryBus();
        const change = (id: string) => ({ source: 's', type: 'T', operation: 'UPDATED', key: { id } }) as const;
        const [first] = await memory.append([change('none')]);
        let count = 0;
        const log: EventLog = {
          ...memory,
          async read(cursor, limit) {
            const turns = reads[count++ % reads.length] ?? 1;
            await wait(turns);
            if (turns === 0) throw new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'it is away');
            return memory.read(cursor, limit);
          },
        };
        const appended: SyncEvent[] = [];

        let finished = false;
        const reading = readers.map(async ({ key, late, slow, leaves = Infinity }) => {
          const wanted = key === undefined ? undefined : String(key);
          const isMine = (event: SyncEvent) => wanted === undefined || event.key.id === wanted;
          const seen: string[] = [];
          let cursor = first?.cursor;
          await wait(late);
          for (let last = false; !last;) {
            const { signal } = new AbortController();
            const interest = wanted === undefined ? {} : ({ type: 'T', key: ['id', wanted] } as const);
            const stream = tailEvents(log, bus, { after: cursor, signal, filter: isMine, interest, pollMs: 1 });
            let batch = 0;
            for await (const { events, cursor: place } of stream) {
              seen.push(...events.map(({ id }) => id));
              cursor = place;
              await wait(slow);
              const expected = appended.filter(isMine).length;
              last = finished && seen.length >= expected;
              if (last || (batch += 1) >= leaves) break;
            }
            // Coming back takes a turn: the first batch may say no more than where the stream begins, and is there at once.
            await turn();
          }
          expect(seen).toEqual(appended.filter(isMine).map(({ id }) => id));
        });

        let id = 0;
        for (const { size, quiet } of batches) {
          await wait(quiet);
          appended.push(...(await memory.append(Array.from({ length: size }, () => change(String(id++ % KEYS))))));
          bus.publish();
        }
        // One more for each, after which nobody waits for more.
        appended.push(...(await memory.append(Array.from({ length: KEYS }, (_, key) => change(String(key))))));
        finished = true;
        bus.publish();
        await Promise.all(reading);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 120_000);
});
