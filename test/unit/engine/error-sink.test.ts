import { expect, it } from '@jest/globals';
import { createErrorSink } from '../../../src/engine/error-sink.ts';
import { HubFault, toHubFault } from '../../../src/faults/hub-fault.ts';

it('tells each failure inside the hub once, with its cause, and callers nothing of it', () => {
  const told: HubFault[] = [];
  const sink = createErrorSink(false, (fault) => told.push(fault));
  const bug = new TypeError('x is not a function');
  for (const key of ['a', 'b', 'c']) sink.addFetchError({ fault: toHubFault(bug).with({ source: 'shop' }) }, [key]);
  sink.add(new HubFault('HUB_UPSTREAM_TIMEOUT', 'too slow'), ['d']);
  expect(told.map(({ cause }) => cause)).toEqual([bug]);
  expect(sink.errors).toHaveLength(4);
  expect(JSON.stringify(sink.errors)).not.toContain('not a function');
});
