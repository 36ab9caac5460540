// Many executions that are ready at once: in which order they begin, and how many of them are under way together.
import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createPacedStarts } from '../../../src/server/paced-starts.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** What an execution does between two answers of its sources. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('begins small ones in one turn, in the order they came in', async () => {
  const begin = createPacedStarts();
  const log: string[] = [];
  for (const n of [1, 2, 3]) begin(() => Promise.resolve(void log.push(`begins ${n}`)));
  await turn();
  expect(log).toEqual(['begins 1', 'begins 2', 'begins 3']);
});

it('begins what comes in while others begin, and after all had begun', async () => {
  const begin = createPacedStarts();
  const log: string[] = [];
  const note = (text: string) => () => Promise.resolve(void log.push(text));
  begin(() => {
    begin(note('came in meanwhile'));
    return Promise.resolve();
  });
  await delay(5);
  begin(note('came in later'));
  await delay(5);
  expect(log).toEqual(['came in meanwhile', 'came in later']);
});

it('lets what is under way go on before more is begun, where the loop is busy', async () => {
  const begin = createPacedStarts();
  let [underWay, most] = [0, 0];
  const ended = Array.from(
    { length: 200 },
    () =>
      new Promise<void>((resolve) =>
        begin(async () => {
          underWay += 1;
          most = Math.max(most, underWay);
          for (let answers = 0; answers < 3; answers += 1) {
            work(0.3);
            await turn();
          }
          underWay -= 1;
          resolve();
        }),
      ),
  );
  await Promise.all(ended);
  expect(most).toBeLessThan(20);
});

it('holds nothing back for long where the loop waits: sources may be slow', async () => {
  const begin = createPacedStarts();
  const startedAt = performance.now();
  const begun: number[] = [];
  const ended = Array.from(
    { length: 200 },
    () =>
      new Promise<void>((resolve) =>
        begin(async () => {
          begun.push(performance.now() - startedAt);
          await delay(300);
          resolve();
        }),
      ),
  );
  await Promise.all(ended);
  expect(begun).toHaveLength(200);
  expect(begun.at(-1)).toBeLessThan(250);
});

it('goes on where none of those under way ever ends', async () => {
  const begin = createPacedStarts();
  for (let n = 0; n < 50; n += 1) begin(() => new Promise(() => undefined));
  await new Promise<void>((resolve) =>
    begin(() => {
      resolve();
      return Promise.resolve();
    }),
  );
});
