// Many executions that are ready at once: in which order they begin and go on.
import { expect, it } from '@jest/globals';
import { createPacedStarts } from '../../../src/server/paced-starts.ts';

const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it('lets what has begun go on before more is begun', async () => {
  const begin = createPacedStarts(0);
  const log: string[] = [];
  const ended = [1, 2, 3].map(
    (n) =>
      new Promise<void>((resolve) =>
        begin(() => {
          log.push(`begins ${n}`);
          setImmediate(() => resolve(void log.push(`goes on ${n}`)));
        }),
      ),
  );
  await Promise.all(ended);
  expect(log).toEqual(['begins 1', 'goes on 1', 'begins 2', 'goes on 2', 'begins 3', 'goes on 3']);
});

it('begins small ones in one turn, in the order they came in', async () => {
  const begin = createPacedStarts(Infinity);
  const log: string[] = [];
  for (const n of [1, 2, 3]) begin(() => log.push(`begins ${n}`));
  setImmediate(() => log.push('turn over'));
  await idle();
  expect(log).toEqual(['begins 1', 'begins 2', 'begins 3', 'turn over']);
});

it('begins what comes in while others begin, and after all had begun', async () => {
  const begin = createPacedStarts(Infinity);
  const log: string[] = [];
  begin(() => begin(() => log.push('came in meanwhile')));
  await idle();
  begin(() => log.push('came in later'));
  await idle();
  expect(log).toEqual(['came in meanwhile', 'came in later']);
});
