// The primary's side of the workers' state: their calls go to the one log, their wake-ups to all. Used by `serve --workers`.
import type { PrimaryMessage, StateCalls, WorkerMessage } from '../../contract/worker-link.ts';
import { toHubFault } from '../../faults/hub-fault.ts';
import type { EventState } from '../open-state.ts';

export interface Workers {
  /** By id; those that are gone are not among them. */
  readonly ids: () => readonly number[];
  readonly send: (worker: number, message: PrimaryMessage) => void;
}

/**
 * @param state undefined where workers open a database of their own: then they only exchange figures.
 * Returns what takes a worker's message. Never throws.
 */
export function serveWorkers(
  state: Pick<EventState, 'log' | 'deadLetters'> | undefined,
  workers: Workers,
): (worker: number, message: WorkerMessage) => void {
  const toOthers = (worker: number, message: PrimaryMessage): void => {
    for (const id of workers.ids()) if (id !== worker) workers.send(id, message);
  };
  const calls = state && callsOf(state);

  const answer = async (worker: number, { id, name, args }: Extract<WorkerMessage, { kind: 'call' }>) => {
    try {
      const call = calls?.get(name);
      if (call === undefined) throw new Error(`a worker asked for "${name}", and there is no state to ask`);
      workers.send(worker, { kind: 'answer', id, value: await call(...args) });
    } catch (thrown) {
      const { code, message, details } = toHubFault(thrown);
      workers.send(worker, { kind: 'refusal', id, code, message, details });
    }
  };

  return (worker, message) => {
    switch (message.kind) {
      case 'call':
        void answer(worker, message);
        break;
      case 'wake':
        toOthers(worker, { kind: 'wake' });
        break;
      case 'stats':
        toOthers(worker, { ...message, worker });
        break;
      case 'listening':
    }
  };
}

type AnyCall = (...args: readonly unknown[]) => Promise<unknown>;

function callsOf({ log, deadLetters }: Pick<EventState, 'log' | 'deadLetters'>): ReadonlyMap<string, AnyCall> {
  const calls: StateCalls = {
    append: (changes) => log.append(changes),
    read: (cursor, limit) => log.read(cursor, limit),
    tail: () => log.tail(),
    keep: (letter) => deadLetters.keep({ ...letter, body: Buffer.from(letter.body) }),
    list: (filter, limit, replayed) => deadLetters.list(filter, limit, replayed),
    markReplayed: (id) => deadLetters.markReplayed(id),
  };
  // A worker is this very program: what it asks with fits.
  return new Map(Object.entries(calls) as [string, AnyCall][]);
}
