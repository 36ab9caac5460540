// What every keeper of dead letters promises, checked over each implementation.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeadLetters } from '../../src/contract/webhooks.ts';
import { createMemoryDeadLetters } from '../../src/events/intake/memory-dead-letters.ts';
import { createStoreDeadLetters } from '../../src/events/intake/store-dead-letters.ts';
import { embeddedStores, hasPostgres, postgresStores, type TestStores } from '../kit/stores.ts';

interface Implementation {
  readonly name: string;
  readonly open: () => Promise<{ readonly letters: DeadLetters; readonly close: () => void }>;
  readonly close?: () => Promise<void>;
}

const letter = (deliveryId?: string, source = 'shop') => ({
  webhook: 'hook',
  source,
  reason: 'why',
  headers: { 'x-topic': 'orders' },
  body: Buffer.from([0, 255, 1, 92]),
  ...(deliveryId === undefined ? {} : { deliveryId }),
});

function describeDeadLetters({ name, open, close }: Implementation): void {
  describe(`the dead letters in ${name}`, () => {
    let letters: DeadLetters;
    let release: () => void;
    beforeEach(async () => {
      ({ letters, close: release } = await open());
    });
    afterEach(() => release());
    afterAll(() => close?.());

    it('are kept byte for byte', async () => {
      await letters.keep(letter('1'));
      const [kept, ...others] = await letters.list({}, 10);
      expect(kept).toEqual({ ...letter('1'), id: expect.any(String), receivedAt: expect.stringMatching(/Z$/) });
      expect(others).toEqual([]);
    });

    it('are kept once per webhook and delivery, and always where there is no id', async () => {
      await letters.keep(letter('1'));
      await letters.keep(letter('1'));
      await letters.keep({ ...letter('1'), webhook: 'other' });
      await letters.keep(letter());
      await letters.keep(letter());
      expect(await letters.list({}, 10)).toHaveLength(4);
    });

    it('are found by id, source and time, the oldest first', async () => {
      for (const [id, source] of [
        ['1', 'shop'],
        ['2', 'warehouse'],
        ['3', 'shop'],
      ] as const) {
        await letters.keep(letter(id, source));
      }
      const ids = async (...filter: Parameters<DeadLetters['list']>) =>
        (await letters.list(...filter)).map(({ deliveryId }) => deliveryId);
      const [first] = await letters.list({}, 1);
      expect(await ids({}, 2)).toEqual(['1', '2']);
      expect(await ids({ source: 'shop' }, 10)).toEqual(['1', '3']);
      expect(await ids({ id: first!.id }, 10)).toEqual(['1']);
      expect(await ids({ id: 'no such' }, 10)).toEqual([]);
      const later = new Date(Date.now() + 60_000);
      expect(await ids({ from: later }, 10)).toEqual([]);
      expect(await ids({ to: later }, 10)).toEqual(['1', '2', '3']);
      expect(await ids({ to: new Date(0) }, 10)).toEqual([]);
    });

    it('are out of the way once they were replayed', async () => {
      await letters.keep(letter('1'));
      const [kept] = await letters.list({}, 10);
      await letters.markReplayed(kept!.id);
      expect(await letters.list({}, 10)).toEqual([]);
      expect(await letters.list({}, 10, true)).toMatchObject([
        { id: kept!.id, replayedAt: expect.stringMatching(/Z$/) },
      ]);
    });
  });
}

const over = (name: string, stores: TestStores): Implementation => ({
  name,
  open: async () => {
    const store = await stores.open();
    return { letters: createStoreDeadLetters(store), close: () => stores.giveBack(store) };
  },
  close: () => stores.close(),
});

describeDeadLetters({
  name: 'memory',
  open: async () => ({ letters: createMemoryDeadLetters(), close: () => undefined }),
});
describeDeadLetters(over('SQLite', embeddedStores()));
if (await hasPostgres()) describeDeadLetters(over('PostgreSQL', postgresStores()));
