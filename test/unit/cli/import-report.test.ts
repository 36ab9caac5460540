import { expect, it } from '@jest/globals';
import { reportLines, toJsonReport } from '../../../src/cli/import-report.ts';
import type { ImportNote } from '../../../src/config/import-report.ts';

it('names a thousand notes of a kind to a person, and all of them to a program', () => {
  const notes = Array.from({ length: 1_500 }, (_, i): ImportNote => ({ at: `#/${i}`, message: 'm', kind: 'loss' }));
  const report = { title: 'T', operations: 3, withLoss: 2, notes };
  const lines = reportLines('api.yaml', report);
  expect(lines.slice(0, 3)).toEqual([
    'manifold: api.yaml: T: 3 operations taken, 2 of them with loss',
    '  taken with loss:',
    '    #/0: m',
  ]);
  expect(lines.slice(-2)).toEqual(['    #/999: m', '    … and 500 more: --report json names them all']);
  expect(toJsonReport('api', { sdl: '', origin: '', digest: '', report }).losses).toHaveLength(1_500);
});
