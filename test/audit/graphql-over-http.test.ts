// The public conformance suite of GraphQL over HTTP against a listening server; the ids are those of the suite.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { temporaryFolder } from '../kit/folder.ts';
import { startManifold } from '../kit/manifold.ts';
import { startHub } from '../unit/server/start-hub.ts';

interface Audited extends AsyncDisposable {
  readonly graphql: string;
}

async function server(shareOperations: boolean): Promise<Audited> {
  const hub = await startHub({ shareOperations });
  return { graphql: hub.graphql, [Symbol.asyncDispose]: () => hub.close() };
}

/** The program, with everything that is shared between requests switched on, or nothing. */
async function program(on: boolean): Promise<Audited> {
  const source = [
    'kind: rest, url: "http://127.0.0.1:9"',
    `shareInFlight: ${on}`,
    ...(on ? ['cache: { ttlMs: 1000, staleMs: 1000 }'] : []),
  ];
  const folder = await temporaryFolder({
    'manifold.yaml': `sources: { shop: { ${source.join(', ')} } }\nsharing: { operations: ${on}, calls: ${on} }\n`,
    'schema/shop/shop.graphql': 'type Query { order(id: ID!): String @rest(get: "/orders/{id}") }',
  });
  const hub = startManifold(['serve', '--port', '0', '--config', folder.path, '--log-level', 'silent']);
  const [, url = ''] = await hub.said(/serving at (\S+)/);
  return {
    graphql: `${url}/graphql`,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  ['the server with sharing', () => server(true)],
  ['the server without sharing', () => server(false)],
  ['the program with every switch on', () => program(true)],
  ['the program with every switch off', () => program(false)],
])('GraphQL over HTTP: %s', (_name, start) => {
  let audited: Audited;
  beforeAll(async () => {
    audited = await start();
  });
  afterAll(async () => {
    await audited[Symbol.asyncDispose]();
  });

  const audits = serverAudits({ url: () => audited.graphql });

  it('has 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  // The second time, what was let in before takes the short way; the third, its head is known too.
  it.each(audits.map((audit) => [audit.id, audit.name, audit.fn] as const))(
    '%s %s, three times',
    async (_id, _name, run) => {
      for (let time = 1; time <= 3; time += 1) {
        const { status, reason } = (await run()) as { status: string; reason?: string };
        expect({ status, reason }).toEqual({ status: 'ok' });
      }
    },
  );
});
