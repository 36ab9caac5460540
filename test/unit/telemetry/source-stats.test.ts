import { describe, expect, it } from '@jest/globals';
import { createSourceStats } from '../../../src/telemetry/source-stats.ts';

describe('the statistics of a source', () => {
  it('know nothing before the first call', () => {
    expect(createSourceStats().snapshot()).toEqual({
      health: 'unknown',
      calls: 0,
      failures: 0,
      p50Ms: null,
      p99Ms: null,
      lastFault: null,
    });
  });

  it('give percentiles by nearest rank', () => {
    const stats = createSourceStats();
    for (let ms = 100; ms >= 1; ms -= 1) stats.record(ms);
    expect(stats.snapshot()).toMatchObject({ p50Ms: 50, p99Ms: 99, calls: 100 });
  });

  it('cover the last 1,024 calls only', () => {
    const stats = createSourceStats();
    for (let call = 0; call < 1024; call += 1) stats.record(1000);
    for (let call = 0; call < 1024; call += 1) stats.record(2);
    expect(stats.snapshot()).toMatchObject({ p50Ms: 2, p99Ms: 2, calls: 2048 });
  });

  it('are degraded after a failure, up after an answer, down while the breaker is open', () => {
    const stats = createSourceStats();
    stats.record(1, 'HUB_UPSTREAM_FAILED');
    expect(stats.snapshot()).toMatchObject({ health: 'degraded', failures: 1, lastFault: 'HUB_UPSTREAM_FAILED' });
    stats.breaker('open');
    expect(stats.snapshot().health).toBe('down');
    stats.breaker('half-open');
    stats.record(1);
    expect(stats.snapshot().health).toBe('degraded');
    stats.breaker('closed');
    expect(stats.snapshot()).toMatchObject({ health: 'up', lastFault: 'HUB_UPSTREAM_FAILED' });
  });

  it('do not blame the source for callers who went away', () => {
    const stats = createSourceStats();
    stats.record(5000, 'HUB_REQUEST_ABORTED');
    expect(stats.snapshot()).toMatchObject({ health: 'unknown', calls: 1, failures: 0, p50Ms: null, lastFault: null });
  });
});
