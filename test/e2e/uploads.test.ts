import { expect, it } from '@jest/globals';
import pino from 'pino';
import * as hubModule from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { temporaryFolder } from '../kit/folder.ts';
import { json, startUpstream } from '../kit/upstream.ts';

const SDL = `
  scalar Upload
  input Document { title: String file: Upload }
  type Query { ok: Boolean }
  type Mutation { store(documents: [Document!]!): Int }
`;

it.each(['graphql', 'federation'])('a file goes through the hub to the %s source that takes it', async (kind) => {
  const upstream = await startUpstream((_request, response) => json(response, { data: { store: 2 } }));
  await using folder = await temporaryFolder({
    'manifold.yaml': `
server: { port: 0, uploads: { maxFiles: 2 } }
sources:
  archive: { kind: ${kind}, url: "${upstream.url}", spec: ./archive.graphql }
`,
    'archive.graphql': SDL,
  });
  const config = await loadConfig({ file: folder.path, env: {}, kinds: hubModule.KINDS });
  const hub = await hubModule.startHub(config, { sdl: 'import', logger: pino({ level: 'silent' }) });

  const form = new FormData();
  const query = 'mutation ($documents: [Document!]!) { store(documents: $documents) }';
  const documents = [
    { title: 'one', file: null },
    { title: 'two', file: null },
  ];
  form.set('operations', JSON.stringify({ query, variables: { documents } }));
  form.set('map', JSON.stringify({ a: ['variables.documents.0.file', 'variables.documents.1.file'] }));
  form.set('a', new File(['häagen'], 'ü.txt', { type: 'text/plain' }));
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    body: form,
    headers: { 'apollo-require-preflight': 'true' },
  });
  const answer = await response.json();
  await hub.close();
  await upstream.close();
  expect(answer).toEqual({ data: { store: 2 } });

  const [request] = upstream.received;
  expect(request?.headers['apollo-require-preflight']).toBe('true');
  const sent = await new Response(request?.body ?? '', {
    headers: { 'content-type': request?.headers['content-type'] ?? '' },
  }).formData();
  const operations = JSON.parse(sent.get('operations') as string);
  expect(operations.query).toContain('store');
  expect(Object.values(operations.variables)).toEqual([documents]);
  const [variable] = Object.keys(operations.variables);
  expect(JSON.parse(sent.get('map') as string)).toEqual({
    0: [`variables.${variable}.0.file`, `variables.${variable}.1.file`],
  });
  const file = sent.get('0') as File;
  expect([file.name, file.type, await file.text()]).toEqual(['ü.txt', 'text/plain', 'häagen']);
});
