import { afterEach, describe, expect, it } from '@jest/globals';
import { importSubgraphSdl } from '../../../../src/import/graphql/import-subgraph-sdl.ts';
import { federationSettingsSchema } from '../../../../src/subgraphs/federation/config.ts';
import { temporaryFolder } from '../../../kit/folder.ts';
import { json, startUpstream, type Answer } from '../../../kit/upstream.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function serve(answer: Answer) {
  const upstream = await startUpstream(answer);
  opened.push(upstream);
  return upstream;
}

function importFrom(given: Record<string, unknown>, folder = import.meta.dirname) {
  const settings = federationSettingsSchema.parse({ kind: 'federation', url: 'http://127.0.0.1:1', ...given });
  return importSubgraphSdl({ source: { name: 'reviews', settings }, folder });
}

// Comments, order and spelling are those of the subgraph.
const SDL = `# ours
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
extend type Query { b: Int, a: Int @deprecated }
type Mutation { c: Int }`;

describe('the SDL of a federation subgraph', () => {
  it('is asked for with the credentials of the source, and kept word for word', async () => {
    const upstream = await serve((_request, response) => json(response, { data: { _service: { sdl: SDL } } }));
    const { sdl, origin, digest, report } = await importFrom({
      url: `${upstream.url}/graphql?v=1`,
      auth: { bearer: { token: 'abc' }, forward: ['x-tenant'] },
    });
    expect(sdl).toBe(`${SDL}\n`);
    expect(origin).toBe(`${upstream.url}/graphql?v=1`);
    expect(digest).toMatch(/^sha256:/);
    expect(report).toEqual({ title: '', operations: 3, withLoss: 0, notes: [] });
    expect(upstream.received[0]).toMatchObject({ url: '/graphql?v=1', headers: { authorization: 'Bearer abc' } });
  });

  it('is read from a file or a url where one is named', async () => {
    await using folder = await temporaryFolder({ 'reviews.graphql': SDL });
    expect(await importFrom({ spec: 'reviews.graphql' }, folder.path)).toMatchObject({
      sdl: `${SDL}\n`,
      origin: 'reviews.graphql',
    });
    const upstream = await serve((_request, response) => void response.end(SDL));
    expect((await importFrom({ spec: `${upstream.url}/sdl` })).sdl).toBe(`${SDL}\n`);
  });

  it.each<[string, Answer, string, RegExp]>([
    [
      'a server that is no subgraph',
      (_r, response) => json(response, { errors: [{ message: 'Cannot query field "_service"' }] }, 400),
      'HUB_IMPORT_UNREADABLE',
      /Cannot query field "_service".*kind: graphql/,
    ],
    [
      'an empty SDL',
      (_r, response) => json(response, { data: { _service: { sdl: ' ' } } }),
      'HUB_IMPORT_UNREADABLE',
      /no `_service/,
    ],
    [
      'an SDL that is none',
      (_r, response) => json(response, { data: { _service: { sdl: 'type {' } } }),
      'HUB_IMPORT_INVALID',
      /:1:6/,
    ],
    ['a page', (_r, response) => void response.end('<html>'), 'HUB_IMPORT_UNREADABLE', /status 200 and no GraphQL/],
    ['an error', (_r, response) => void response.writeHead(503).end(), 'HUB_IMPORT_UNREADABLE', /status 503/],
  ])('is refused where %s answers', async (_name, answer, code, message) => {
    const upstream = await serve(answer);
    await expect(importFrom({ url: upstream.url })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('is refused where nothing answers in time', async () => {
    const upstream = await serve(() => undefined);
    await expect(importFrom({ url: upstream.url, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'HUB_IMPORT_UNREADABLE',
      message: expect.stringContaining('30 ms'),
    });
  });
});
