// One OpenAPI document: imported, composed and, where it is asked for, served. Run by openapi.ts as a child process, so that
// a document that hangs or crashes costs nobody else anything.
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { assertValidSchema, buildSchema } from 'graphql';
import { composeGraph, KINDS, startHub } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { writePinned } from '../../src/config/pinned-sdl.ts';
import { toHubFault } from '../../src/faults/hub-fault.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { ImportReport } from '../../src/config/import-report.ts';

export interface Outcome {
  readonly file: string;
  readonly ok: boolean;
  /** Where it ended: "import", "compose", "serve", or "done". */
  readonly stage: string;
  readonly reason?: string;
  readonly ms: number;
  readonly report?: ImportReport;
}

export interface Task {
  readonly file: string;
  readonly serve: boolean;
}

const logger = createLogger('silent');

async function take({ file, serve }: Task): Promise<Outcome> {
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'manifold-sweep-'));
  let stage = 'import';
  let report: ImportReport | undefined;
  const end = (rest: Partial<Outcome>): Outcome => ({
    ok: false,
    file,
    stage,
    ms: Math.round(performance.now() - start),
    ...(report === undefined ? {} : { report }),
    ...rest,
  });
  try {
    const sources = { api: { kind: 'rest', spec: file, url: 'http://127.0.0.1:9' } };
    await writeFile(join(folder, 'manifold.yaml'), JSON.stringify({ sources }));
    const config = await loadConfig({ file: folder, env: {}, kinds: KINDS });
    const [source] = config.sources;
    const kind = KINDS.find((one) => one.kind === 'rest');
    const imported = await kind!.importSdl!(source!, dirname(file));
    report = imported.report;
    await writePinned(config.schemaFolder, 'api', imported);
    stage = 'compose';
    const { graph } = await composeGraph(config, { sdl: 'pinned', logger });
    assertValidSchema(graph.schema);
    buildSchema(graph.supergraphSdl, { assumeValidSDL: true });
    await graph.close(0);
    if (serve) {
      stage = 'serve';
      await ask(config);
    }
    stage = 'done';
    return end({ ok: true });
  } catch (thrown) {
    const fault = toHubFault(thrown);
    const cause = fault.code === 'HUB_INTERNAL' && thrown instanceof Error ? (thrown.stack ?? '') : '';
    return end({ reason: `${fault.code} ${fault.message}${cause}`.slice(0, 1500) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A hub that serves it answers a question about itself and one about the whole of its schema. */
async function ask(config: Awaited<ReturnType<typeof loadConfig>>): Promise<void> {
  const hub = await startHub(config, { sdl: 'pinned', logger, port: 0, host: '127.0.0.1' });
  try {
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hub { sources { name } } }' }),
    });
    const { data } = (await response.json()) as { data?: unknown };
    if (JSON.stringify(data) !== '{"hub":{"sources":[{"name":"api"}]}}') throw new Error('the hub did not answer');
  } finally {
    await hub.close();
  }
}

process.on('message', (task: Task) => {
  void take(task).then((outcome) => process.send?.(outcome));
});
