// What a serving hub has loaded: neither Node's own fetch, which takes 14 MB, nor the whole of undici, which takes as much.
import { expect, it } from '@jest/globals';
import { ask } from '../kit/ask.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { freePort } from '../kit/free-port.ts';
import { startHubProgram } from '../kit/hub-program.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const SDL = 'type Query { order: Order @rest(get: "/order") } type Order { id: ID! }';

/** Told when the process ends. */
const TELL = `process.on('exit', () => {
  const files = [...process.moduleLoadList, ...Object.keys(require.cache)];
  process.stderr.write('loaded: ' + files.filter((file) => /undici/.test(file)).join(' ') + '\\n');
});`;

it('loads the client of undici, and no fetch', async () => {
  await using stack = new AsyncDisposableStack();
  const upstream = await startUpstream((_request, response) => json(response, { id: 1 }));
  stack.defer(() => upstream.close());
  const folder = await temporaryFolder({
    'tell.cjs': TELL,
    'manifold.yaml': `server: { metrics: { port: ${await freePort()} } }
sources: { shop: { kind: rest, url: "${upstream.url}" } }`,
    'schema/shop/order.graphql': SDL,
  });
  stack.use(folder);
  const env = { NODE_OPTIONS: `--require ${folder.path}/tell.cjs` };
  const hub = await startHubProgram({ command: 'serve', config: folder.path, env });
  stack.defer(() => hub.stop());
  expect(await ask(hub.url, '{ order { id } }')).toMatchObject({ data: { order: { id: '1' } } });
  await hub.stop();
  const loaded = hub.lines.find((line) => line.startsWith('loaded: ')) ?? '';
  expect(loaded).toContain('undici/lib/dispatcher/pool.js');
  expect(loaded).not.toContain('internal/deps/undici');
  expect(loaded).not.toMatch(/undici\/index\.js|undici\/lib\/web\//);
});
