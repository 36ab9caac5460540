import { describe, expect, it } from '@jest/globals';
import { showProgress } from '../../../src/cli/import-progress.ts';
import { fakeClock } from '../../kit/fake-clock.ts';

function start() {
  const clock = fakeClock();
  const said: string[] = [];
  return { clock, said, ...showProgress((line) => void said.push(line), clock) };
}

describe('the progress of an import', () => {
  it('is not shown where it takes less than two seconds', () => {
    const { clock, said, step, end } = start();
    step('reading');
    clock.advance(1_900);
    step('writing');
    end();
    clock.advance(10_000);
    expect(said).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });

  it('says the steps there were, each with its time, at the first step after two seconds', () => {
    const { clock, said, step, end } = start();
    step('reading');
    clock.advance(500);
    step('parsing');
    clock.advance(4_000);
    step('writing');
    clock.advance(100);
    end();
    expect(said).toEqual(['0.0 s: reading', '0.5 s: parsing', '4.5 s: writing', '4.6 s: done']);
  });

  it('says what it waits for where no further step comes', () => {
    const { clock, said, step } = start();
    step('reading');
    clock.advance(2_000);
    expect(said).toEqual(['0.0 s: reading']);
  });

  it('says how far a step is every two seconds, however often it is told', () => {
    const { clock, said, step } = start();
    for (let done = 0; done < 500; done += 1) {
      step('naming', `${done} done`);
      clock.advance(10);
    }
    expect(said).toEqual(['0.0 s: naming', '4.0 s: naming: 400 done']);
  });
});
