import { describe, expect, it } from '@jest/globals';
import { createTrustedClock } from '../../../../src/events/log/trusted-clock.ts';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

describe('the clock that retention believes', () => {
  it('does not jump ahead, unless the clock stays there for an hour', () => {
    let wall = 1_000_000;
    let steady = 5;
    const now = createTrustedClock(
      () => wall,
      () => steady,
    );
    const pass = (ms: number): number => {
      wall += ms;
      steady += ms;
      return now();
    };
    expect(pass(MINUTE)).toBe(1_000_000 + MINUTE);
    wall += YEAR;
    expect(pass(MINUTE)).toBe(1_000_000 + 2 * MINUTE);
    expect(pass(58 * MINUTE)).toBe(1_000_000 + 60 * MINUTE);
    expect(pass(2 * MINUTE)).toBe(1_000_000 + YEAR + 62 * MINUTE);
  });

  it('forgets a jump that was put right, and takes small corrections and steps back as they are', () => {
    let wall = YEAR;
    let steady = 0;
    const now = createTrustedClock(
      () => wall,
      () => steady,
    );
    wall += YEAR;
    expect(now()).toBe(YEAR);
    wall -= YEAR;
    steady += 2 * 60 * MINUTE;
    wall += 2 * 60 * MINUTE;
    expect(now()).toBe(wall);
    wall += YEAR;
    expect(now()).toBe(wall - YEAR);
    wall -= 2 * YEAR;
    expect(now()).toBe(wall);
    wall += MINUTE;
    expect(now()).toBe(wall);
  });
});
