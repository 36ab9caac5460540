import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createReloader } from '../../../src/cli/reloader.ts';

function deferredRun() {
  const ends: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => ends.push(resolve));
  return { run, ends };
}

describe('createReloader', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('runs once after many changes, when it has been quiet', async () => {
    const { run, ends } = deferredRun();
    const reloader = createReloader(run, 100);
    for (let i = 0; i < 5; i += 1) {
      reloader.changed();
      await jest.advanceTimersByTimeAsync(99);
    }
    expect(ends).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(1);
  });

  it('never runs twice at a time, and runs again for what changed meanwhile', async () => {
    const { run, ends } = deferredRun();
    const reloader = createReloader(run, 100);
    reloader.changed();
    await jest.advanceTimersByTimeAsync(100);
    reloader.changed();
    await jest.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(0);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await jest.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(2);
  });

  it('waits for the run under way when it closes, and starts none after', async () => {
    const { run, ends } = deferredRun();
    const reloader = createReloader(run, 100);
    reloader.changed();
    await jest.advanceTimersByTimeAsync(100);
    reloader.changed();
    let closed = false;
    const closing = reloader.close().then(() => (closed = true));
    await jest.advanceTimersByTimeAsync(1000);
    expect(closed).toBe(false);
    ends[0]?.();
    await closing;
    reloader.changed();
    await jest.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(1);
  });
});
