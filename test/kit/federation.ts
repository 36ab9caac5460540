// A hub over federation subgraphs of the test's own: real servers, and a configuration that lists their urls and nothing else.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import pino from 'pino';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ask, type Asked, type AskOptions } from './ask.ts';
import { temporaryFolder } from './folder.ts';
import { startGraphQl, type Asked as AskedUpstream } from './graphql-upstream.ts';

export interface SubgraphProgram {
  readonly sdl: string;
  /** As Apollo's subgraph library takes them: `__resolveReference` answers `_entities`. */
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface FederatedHub extends AsyncDisposable {
  readonly url: string;
  ask(query: string, options?: AskOptions): Promise<Asked>;
  /** What the hub asked a subgraph since it serves, in order. */
  asked(subgraph: string): readonly AskedUpstream[];
}

/** The first line of Federation 2 SDL. */
export const link = (...directives: readonly string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [${directives.map((name) => `"@${name}"`).join(', ')}])\n`;

export async function startFederation(
  subgraphs: Readonly<Record<string, SubgraphProgram>>,
  settings = '',
): Promise<FederatedHub> {
  await using started = new AsyncDisposableStack();
  const upstreams = await Promise.all(
    Object.entries(subgraphs).map(async ([name, { sdl, resolvers = {} }]) => {
      const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
      return [name, await startGraphQl(schema)] as const;
    }),
  );
  for (const [, upstream] of upstreams) started.defer(() => upstream.close());
  const sources = upstreams.map(([name, { url }]) => `  ${name}: { kind: federation, url: "${url}" }`);
  const folder = await temporaryFolder({
    'manifold.yaml': `server: { port: 0 }\n${settings}\nsources:\n${sources.join('\n')}\n`,
  });
  started.use(folder);
  const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
  const hub = await hubModule.startHub(config, { sdl: 'pinned-first', logger: pino({ level: 'silent' }) });
  started.defer(() => hub.close());
  const asked = new Map(upstreams.map(([name, upstream]) => [name, upstream.asked]));
  for (const list of asked.values()) list.length = 0;
  const running = started.move();
  return {
    url: hub.url,
    ask: (query, options) => ask(hub.url, query, options),
    asked: (subgraph) => asked.get(subgraph) ?? [],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
