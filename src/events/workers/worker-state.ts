// The state of a worker: the primary keeps log and dead letters for all of them, this asks it. Made by open-state.ts.
import type { StateCalls, WorkerLink } from '../../contract/worker-link.ts';
import { FAULT_TABLE, type FaultCode } from '../../faults/fault-table.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createMemoryBus } from '../memory-bus.ts';
import type { EventState } from '../open-state.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: HubFault) => void;
}

/** Rejects as the primary's own state does; with HUB_EVENT_STORE_UNAVAILABLE once it is closed. */
export function createWorkerState(link: WorkerLink): EventState {
  const bus = createMemoryBus();
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closed = false;

  const stop = link.listen((message) => {
    if (message.kind === 'wake') bus.publish();
    if (message.kind !== 'answer' && message.kind !== 'refusal') return;
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'answer') call?.resolve(message.value);
    else call?.reject(new HubFault(toCode(message.code), message.message, { details: message.details }));
  });

  const ask = <Name extends keyof StateCalls>(name: Name, ...args: Parameters<StateCalls[Name]>) =>
    new Promise<unknown>((resolve, reject) => {
      if (closed) {
        reject(new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'the event store is closed'));
        return;
      }
      calls += 1;
      waiting.set(calls, { resolve, reject });
      link.send({ kind: 'call', id: calls, name, args });
    }) as ReturnType<StateCalls[Name]>;

  return {
    log: {
      append: (changes) => ask('append', changes),
      read: (cursor, limit) => ask('read', cursor, limit),
      tail: () => ask('tail'),
      close: () => Promise.resolve(),
    },
    deadLetters: {
      keep: (letter) => ask('keep', letter),
      // A Buffer comes over the channel as the bytes that it holds.
      list: async (...args) => (await ask('list', ...args)).map((one) => ({ ...one, body: Buffer.from(one.body) })),
      markReplayed: (id) => ask('markReplayed', id),
    },
    bus: {
      ...bus,
      publish() {
        bus.publish();
        link.send({ kind: 'wake' });
      },
    },
    start: () => undefined,
    close() {
      closed = true;
      stop();
      for (const call of waiting.values()) {
        call.reject(new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'the event store is closed'));
      }
      waiting.clear();
      return bus.close();
    },
  };
}

const toCode = (code: string): FaultCode => (Object.hasOwn(FAULT_TABLE, code) ? (code as FaultCode) : 'HUB_INTERNAL');
