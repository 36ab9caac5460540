import { describe, expect, it, jest } from '@jest/globals';
import type { RunningHub } from '../../../src/compose.ts';
import type { HubModule } from '../../../src/cli/context.ts';
import { watchedPaths } from '../../../src/cli/watched-paths.ts';
import type { HubConfig } from '../../../src/config/hub-config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeKinds } from '../../kit/kinds.ts';
import { fakeCli } from '../../kit/cli.ts';

const YAML = 'name: one\nsources: { shop: { kind: rest } }\n';

function fakeHub(reload: (config: HubConfig) => Promise<void> = async () => undefined) {
  const started: unknown[] = [];
  let close: () => void = () => undefined;
  const closing = new Promise<void>((resolve) => (close = resolve));
  const startHub: HubModule['startHub'] = async (_config, { sdl, port, host }) => {
    started.push({ sdl, port, host });
    return { url: 'http://127.0.0.1:4000/graphql', reload, close: () => closing } as Partial<RunningHub> as RunningHub;
  };
  return { hub: { startHub }, started, close };
}

describe('manifold serve', () => {
  it('serves what is pinned until a signal, drains, and gives up on a second one', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const { hub, started, close } = fakeHub();
    const cli = fakeCli({ hub });
    const running = cli.run('serve', '-c', folder.path, '--port', '0', '--host', '0.0.0.0');
    await cli.said(/one is serving at http:\/\/127\.0\.0\.1:4000\/graphql/);
    expect(started).toEqual([{ sdl: 'pinned-first', port: 0, host: '0.0.0.0' }]);
    cli.signal('SIGTERM');
    await cli.said(/SIGTERM: answering what is in flight/);
    cli.signal('SIGTERM');
    expect(cli.exits).toEqual([]);
    const later = performance.now() + 1_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    cli.signal('SIGINT');
    clock.mockRestore();
    expect(cli.exits).toEqual([130]);
    close();
    expect(await running).toBe(0);
    expect(cli.stdout).toEqual([]);
  });

  it('exits with 1 where the port is taken', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const startHub = () => Promise.reject(new HubFault('HUB_CONFIG_PORT_IN_USE', 'port 4000 is taken'));
    const cli = fakeCli({ hub: { startHub } });
    expect(await cli.run('serve', '-c', folder.path)).toBe(1);
    expect(cli.stderr).toEqual(['manifold: port 4000 is taken']);
  });
});

describe('manifold dev', () => {
  it('reloads what changed, keeps serving where that fails, and stops on a signal', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML, 'schema/shop/joins.graphql': '' });
    const names: string[] = [];
    const { hub, started, close } = fakeHub(async ({ name }) => {
      names.push(name);
      if (name === 'bad') throw new HubFault('HUB_COMPOSE_INVALID', 'Order.id clashes');
    });
    const cli = fakeCli({ hub });
    const running = cli.run('dev', '-c', folder.path);
    await cli.said(/watching/);
    expect(started).toEqual([{ sdl: 'import' }]);

    await folder.write('manifold.yaml', YAML.replace('one', 'bad'));
    await cli.said(/^manifold: Order\.id clashes$/);
    await cli.said(/not reloaded; the graph from before/);
    await folder.write('manifold.yaml', YAML.replace('one', 'two'));
    await cli.said(/^manifold: reloaded$/);
    cli.stderr.length = 0;
    await folder.write('schema/shop/more.graphql', 'type A { a: Int }');
    await cli.said(/^manifold: reloaded$/);
    cli.stderr.length = 0;
    await folder.write('manifold.yaml', 'nam: x');
    await cli.said(/nam: unknown key/);

    expect(names).toEqual(['bad', 'two', 'two']);
    cli.signal('SIGINT');
    close();
    expect(await running).toBe(0);
  });

  it('exits with 1 where the first graph does not work', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': 'nam: x' });
    const cli = fakeCli();
    expect(await cli.run('dev', '-c', folder.path)).toBe(1);
  });
});

describe('watchedPaths', () => {
  it('are the configuration, the SDL and the folders of local descriptions', async () => {
    const yaml =
      'sources: { a: { kind: rest, spec: specs/a.yaml }, b: { kind: rest, spec: "https://x/y.json" }, c: { kind: ai } }';
    await using folder = await temporaryFolder({ 'manifold.yaml': yaml });
    const watched = watchedPaths(await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() }));
    expect(watched.paths.map((path) => path.replace(folder.path, ''))).toEqual(['/manifold.yaml', '/schema', '/specs']);
    expect(watched.ignores(`${folder.path}/specs/part.json`, true)).toBe(false);
    expect(watched.ignores(`${folder.path}/specs/sub`, false)).toBe(false);
    expect(watched.ignores(`${folder.path}/specs/readme.md`, true)).toBe(true);
    expect(watched.ignores(`${folder.path}/specs/node_modules`, false)).toBe(true);
    expect(watched.ignores(`${folder.path}/schema/.joins.graphql.swp`, true)).toBe(true);
  });

  it('are the folder that is a description itself, and not the one around it', async () => {
    const yaml = 'sources: { a: { kind: rest, spec: ./specs } }';
    await using folder = await temporaryFolder({ 'manifold.yaml': yaml, 'specs/a.yaml': '' });
    const watched = watchedPaths(await loadConfig({ file: folder.path, env: {}, kinds: fakeKinds() }));
    expect(watched.paths.map((path) => path.replace(folder.path, ''))).toEqual(['/manifold.yaml', '/schema', '/specs']);
  });
});
