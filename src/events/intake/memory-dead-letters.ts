// Dead letters of a hub without durable state: the newest ones, for as long as it runs.
import { randomUUID } from 'node:crypto';
import type { DeadLetter, DeadLetters } from '../../contract/webhooks.ts';

const CAPACITY = 1_000;

export function createMemoryDeadLetters(): DeadLetters {
  const letters = new Map<string, DeadLetter>();
  return {
    keep(letter) {
      const known = (kept: DeadLetter): boolean =>
        letter.deliveryId !== undefined && kept.webhook === letter.webhook && kept.deliveryId === letter.deliveryId;
      if (letters.values().some(known)) return Promise.resolve();
      const id = randomUUID();
      letters.set(id, { ...letter, id, receivedAt: new Date().toISOString() });
      const [oldest] = letters.keys();
      if (letters.size > CAPACITY && oldest !== undefined) letters.delete(oldest);
      return Promise.resolve();
    },
    list({ id, source, from, to }, limit, replayed = false) {
      const wanted = letters.values().filter((letter) => {
        const at = new Date(letter.receivedAt);
        return (
          (id === undefined || letter.id === id) &&
          (source === undefined || letter.source === source) &&
          (from === undefined || at >= from) &&
          (to === undefined || at < to) &&
          (replayed || letter.replayedAt === undefined)
        );
      });
      return Promise.resolve([...wanted.take(limit)]);
    },
    markReplayed(id) {
      const letter = letters.get(id);
      if (letter !== undefined) letters.set(id, { ...letter, replayedAt: new Date().toISOString() });
      return Promise.resolve();
    },
  };
}
