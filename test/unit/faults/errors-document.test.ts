import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { FAULT_CODES, FAULT_TABLE } from '../../../src/faults/fault-table.ts';
import { errorsDocument } from '../../../tools/errors-document.ts';

const committed = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

describe('docs/errors.md', () => {
  it('is what the table of faults says (npm run generate)', () => {
    expect(committed).toBe(errorsDocument());
  });

  it('has every code once, with its sentence and its remedy', () => {
    const headings = [...committed.matchAll(/^### (HUB_[A-Z_]+)$/gm)].map(([, code]) => code);
    expect(headings.toSorted()).toEqual(FAULT_CODES.toSorted());
    for (const code of FAULT_CODES) {
      expect(committed).toContain(`### ${code}\n\n${FAULT_TABLE[code].message} ${FAULT_TABLE[code].remedy}\n`);
    }
  });
});

describe('the table of faults', () => {
  it.each(FAULT_CODES)('%s has a status, a close code that goes with it, and whole sentences', (code) => {
    const { httpStatus, closeCode, message, remedy } = FAULT_TABLE[code];
    expect(httpStatus).toBeGreaterThanOrEqual(400);
    expect(httpStatus).toBeLessThan(600);
    expect(closeCode).toBe(4000 + httpStatus);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('says nothing of sources to strangers: what an upstream said is masked, its own typed fault excepted', () => {
    const open = FAULT_CODES.filter(
      (code) => code.startsWith('HUB_UPSTREAM_') && FAULT_TABLE[code].exposure === 'public',
    );
    expect(open).toEqual(['HUB_UPSTREAM_FAULT']);
    expect(FAULT_TABLE.HUB_INTERNAL.exposure).toBe('masked');
  });
});
