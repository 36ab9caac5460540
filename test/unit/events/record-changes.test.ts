import { describe, expect, it } from '@jest/globals';
import type { EntityChange, EventLog } from '../../../src/contract/events.ts';
import { createMemoryEventLog } from '../../../src/events/memory-event-log.ts';
import { recordChanges } from '../../../src/events/record-changes.ts';
import type { FaultCode } from '../../../src/faults/fault-table.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

const change = (id: number): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation: 'UPDATED',
  key: { id: String(id) },
  correlationId: 'r',
});

/** `faults` are what the next appends fail with; `lostAnswers` of them append nevertheless. */
function open(faults: FaultCode[] = [], lostAnswers = false) {
  const memory = createMemoryEventLog();
  let wakes = 0;
  const log: EventLog = {
    ...memory,
    append: async (changes) => {
      const code = faults.shift();
      if (code !== undefined && !lostAnswers) throw new HubFault(code, 'no');
      const events = await memory.append(changes);
      if (code !== undefined) throw new HubFault(code, 'no');
      return events;
    },
  };
  const recorder = recordChanges({ log, wake: () => (wakes += 1), logger: createLogger('silent'), retryMs: 1 });
  const recorded = async () => (await memory.read(undefined, 100)).map(({ key }) => key.id);
  return { recorder, recorded, memory, wakes: () => wakes };
}

describe('the recorder of changes', () => {
  it('appends what is recorded, in order, and wakes readers', async () => {
    const { recorder, recorded, memory, wakes } = open();
    for (const id of [1, 2, 3]) recorder.record(change(id));
    await recorder.close();
    expect(await recorded()).toEqual(['1', '2', '3']);
    expect((await memory.read(undefined, 1))[0]).toMatchObject({ correlationId: 'r' });
    expect(wakes()).toBe(1);
  });

  it('tries again until the store can be reached', async () => {
    const { recorder, recorded, wakes } = open(['HUB_EVENT_STORE_UNAVAILABLE', 'HUB_EVENT_STORE_UNAVAILABLE']);
    recorder.record(change(1));
    recorder.record(change(2));
    while (wakes() === 0) await new Promise((resolve) => setImmediate(resolve));
    recorder.record(change(3));
    await recorder.close();
    expect(await recorded()).toEqual(['1', '2', '3']);
  });

  it('makes one event of a change whose append was answered by nobody', async () => {
    const { recorder, recorded, wakes } = open(['HUB_EVENT_STORE_UNAVAILABLE'], true);
    recorder.record(change(1));
    while (wakes() === 0) await new Promise((resolve) => setImmediate(resolve));
    await recorder.close();
    expect(await recorded()).toEqual(['1']);
  });

  it('gives up what the log refuses, and goes on', async () => {
    const { recorder, recorded } = open(['HUB_INTERNAL']);
    recorder.record(change(1));
    await recorder.close();
    const { recorder: next, recorded: rest } = open();
    next.record(change(2));
    await next.close();
    expect(await recorded()).toEqual([]);
    expect(await rest()).toEqual(['2']);
  });

  it('does not wait for ever when it is closed', async () => {
    const { recorder, recorded } = open(Array.from({ length: 1_000 }, () => 'HUB_EVENT_STORE_UNAVAILABLE' as const));
    recorder.record(change(1));
    await recorder.close();
    expect(await recorded()).toEqual([]);
  });
});
