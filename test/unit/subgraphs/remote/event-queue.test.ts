import { describe, expect, it } from '@jest/globals';
import { createEventQueue } from '../../../../src/subgraphs/remote/event-queue.ts';

const event = (count: number) => ({ data: { count } });

describe('the queue between a stream and its reader', () => {
  it('hands results on in order, and then the end', async () => {
    const queue = createEventQueue<string>('ticker', 10);
    queue.push(event(1));
    queue.end('done');
    queue.push(event(2));
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([
      { result: event(1) },
      { result: event(2) },
      { end: 'done' },
    ]);
  });

  it('wakes a reader that waits', async () => {
    const queue = createEventQueue<string>('ticker', 10);
    const next = queue.next();
    queue.push(event(1));
    expect(await next).toEqual({ result: event(1) });
  });

  it('tells a slow reader how much it lost, and goes on with the newest', async () => {
    const queue = createEventQueue<string>('ticker', 2);
    for (let i = 1; i <= 5; i += 1) queue.push(event(i));
    const notice = await queue.next();
    expect(notice).toMatchObject({
      result: {
        data: null,
        errors: [{ fault: { code: 'HUB_CAPACITY_EXCEEDED', details: { source: 'ticker', lost: 3 } } }],
      },
    });
    expect([await queue.next(), await queue.next()]).toEqual([{ result: event(4) }, { result: event(5) }]);
    queue.push(event(6));
    expect(await queue.next()).toEqual({ result: event(6) });
  });
});
