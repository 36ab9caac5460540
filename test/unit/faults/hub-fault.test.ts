import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAULT_CODES, FAULT_TABLE } from '../../../src/faults/fault-table.ts';
import { HubFault, toHubFault } from '../../../src/faults/hub-fault.ts';
import { toResponseError } from '../../../src/faults/to-response-error.ts';

describe('HubFault', () => {
  it('shows its own message only where the table says so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAULT_CODES), fc.uuid(), (code, message) => {
        const fault = new HubFault(code, message);
        const shown = FAULT_TABLE[code].exposure === 'public' ? message : FAULT_TABLE[code].message;
        expect(fault.publicMessage).toBe(shown);
        expect(toResponseError(fault).message).toBe(shown);
        expect(fault.retryable).toBe(FAULT_TABLE[code].retryable);
      }),
    );
  });

  it('names the source in a masked message', () => {
    const fault = new HubFault('HUB_UPSTREAM_TIMEOUT', 'http://user:pass@inner/ took 2 s', {
      details: { source: 'shop' },
    });
    expect(fault.publicMessage).toBe('The source "shop" did not answer in time.');
  });

  it('takes further details without losing code, cause and stack', () => {
    const cause = new Error('reset');
    const fault = new HubFault('HUB_UPSTREAM_FAILED', 'x', { details: { source: 'shop' }, cause });
    const more = fault.with({ upstreamStatus: 500 });
    expect(more).toMatchObject({
      code: 'HUB_UPSTREAM_FAILED',
      details: { source: 'shop', upstreamStatus: 500 },
      cause,
    });
    expect(more.stack).toBe(fault.stack);
    expect(fault.details).toEqual({ source: 'shop' });
  });
});

describe('toHubFault', () => {
  it('leaves a fault as it is and masks everything else', () => {
    const fault = new HubFault('HUB_AUTH_INVALID', 'no');
    expect(toHubFault(fault)).toBe(fault);
    for (const thrown of [new TypeError('x is not a function'), 'text', undefined, null, 7]) {
      const made = toHubFault(thrown);
      expect(made.code).toBe('HUB_INTERNAL');
      expect(made.publicMessage).toBe(FAULT_TABLE.HUB_INTERNAL.message);
      expect(made.cause).toBe(thrown);
    }
  });
});

describe('toResponseError', () => {
  it('carries code, details and path, and the inner message in development only', () => {
    const fault = new HubFault('HUB_UPSTREAM_FAILED', 'inner', { details: { source: 'shop', upstreamStatus: 500 } });
    expect(toResponseError(fault, ['orders', 0])).toEqual({
      message: 'The source "shop" failed.',
      path: ['orders', 0],
      extensions: { code: 'HUB_UPSTREAM_FAILED', source: 'shop', upstreamStatus: 500 },
    });
    expect(toResponseError(fault, undefined, true).message).toBe('inner');
  });
});
