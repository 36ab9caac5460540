// Two small kinds of source for tests of the configuration and the command line.
import { z } from 'zod';
import type { ImportedSdl, SourceKind } from '../../src/config/source-kind.ts';
import { sourceShape } from '../../src/config/source-settings.ts';

export function imported(sdl: string, changes: Partial<ImportedSdl> = {}): ImportedSdl {
  const report = { title: 'Shop', operations: 2, withLoss: 0, notes: [] };
  return { sdl, origin: 'shop.yaml', digest: 'sha256:one', report, ...changes };
}

const restSettings = z.strictObject({ kind: z.literal('rest'), ...sourceShape, spec: z.string().optional() });
const plainSettings = z.strictObject({
  kind: z.literal('ai'),
  ...sourceShape,
  routes: z.record(z.string(), z.array(z.string())).default({}),
});

/** `rest` imports what the test says; `ai` has no description. */
export function fakeKinds(importSdl?: SourceKind['importSdl']): readonly SourceKind[] {
  const create = (): never => {
    throw new Error('these kinds only exist on paper');
  };
  return [
    {
      kind: 'rest',
      settings: restSettings,
      create,
      importSdl: importSdl ?? (async () => imported('type Query { a: Int }\n')),
    },
    { kind: 'ai', settings: plainSettings, create },
  ];
}
