import { afterEach, describe, expect, it } from '@jest/globals';
import { createFakeGraph } from '../../kit/fake-graph.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { startHub, type StartedHub } from './start-hub.ts';

let hub: StartedHub;
afterEach(() => hub.close());

const SDL = `
  scalar Upload
  input Attachment { note: String files: [Upload] }
  type Query { hello: String }
  type Mutation { attach(file: Upload, attachment: Attachment): String }
`;

async function start(uploads: false | Record<string, number> = {}): Promise<void> {
  const describeFile = async (file: File) => `${file.name} ${file.type} ${await file.text()}`;
  hub = await startHub(
    {
      graph: createFakeGraph({
        sdl: SDL,
        mutation: {
          attach: async ({ file, attachment }) =>
            (await Promise.all([file, ...(attachment?.files ?? [])].filter(Boolean).map(describeFile))).join('; '),
        },
      }),
    },
    { uploads: uploads as never, maxBodyBytes: 10_000 },
  );
}

const FILE = new File(['hello'], 'a.txt', { type: 'text/plain' });
const QUERY = 'mutation ($file: Upload, $attachment: Attachment) { attach(file: $file, attachment: $attachment) }';

type Parts = Readonly<Record<string, string | File | object>>;

async function send(parts: Parts, headers: Record<string, string> = { 'apollo-require-preflight': '1' }) {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (part instanceof File) form.set(name, part);
    else form.set(name, typeof part === 'string' ? part : JSON.stringify(part));
  }
  const response = await fetch(hub.graphql, { method: 'POST', body: form, headers });
  return { status: response.status, body: await response.json() };
}

const one = { operations: { query: QUERY, variables: { file: null } }, map: { 0: ['variables.file'] }, 0: FILE };

describe('requests with files', () => {
  it('put them among the variables, also nested, in lists, and twice', async () => {
    await start();
    expect((await send(one)).body).toEqual({ data: { attach: 'a.txt text/plain hello' } });
    const { body } = await send({
      operations: { query: QUERY, variables: { file: null, attachment: { note: 'x', files: [null, null] } } },
      map: { first: ['variables.file', 'variables.attachment.files.1'], second: ['variables.attachment.files.0'] },
      first: FILE,
      second: new File(['{}'], 'b.json', { type: 'application/json' }),
    });
    expect(body.data.attach).toBe('a.txt text/plain hello; b.json application/json {}; a.txt text/plain hello');
  });

  it('need a header that no page of another site can send', async () => {
    await start();
    const { status, body } = await send(one, {});
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining('apollo-require-preflight'),
      extensions: { code: 'HUB_REQUEST_MALFORMED' },
    });
  });

  it('are not taken unless the configuration says so', async () => {
    await start(false);
    expect((await send(one)).status).toBe(415);
  });

  it.each<[string, Parts]>([
    ['no operations', { map: {}, 0: FILE }],
    ['operations that are a batch', { ...one, operations: [{ query: QUERY }] }],
    ['operations that are no JSON', { ...one, operations: '{' }],
    ['no map', { operations: one.operations }],
    ['a map of something else', { ...one, map: { 0: 'variables.file' } }],
    ['a file that the map does not have', { ...one, 1: FILE }],
    ['a part that is no file', { ...one, 0: 'text' }],
    ['a file that does not come', { operations: one.operations, map: one.map }],
    ['a place outside of the variables', { ...one, map: { 0: ['query'] } }],
    ['a place that holds something', { ...one, operations: { query: QUERY, variables: { file: 'x' } } }],
    ['a place that is not there', { ...one, map: { 0: ['variables.other'] } }],
    ['a hostile place', { ...one, map: { 0: ['variables.__proto__.polluted'] } }],
  ])('are refused with %s', async (_title, parts) => {
    await start();
    const { status, body } = await send(parts);
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'HUB_REQUEST_MALFORMED']);
    expect(({} as any).polluted).toBeUndefined();
  });

  it('are refused where the body is no form', async () => {
    await start();
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'apollo-require-preflight': '1' };
    const response = await fetch(hub.graphql, { method: 'POST', body: 'nonsense', headers });
    expect(response.status).toBe(400);
  });

  it.each<[string, Parts, number]>([
    ['too large a file', { ...one, 0: new File(['x'.repeat(1_001)], 'a') }, 400],
    [
      'too many files',
      { ...one, map: { 0: ['variables.file'], 1: ['variables.file'], 2: ['variables.file'] }, 1: FILE, 2: FILE },
      400,
    ],
    ['an operation that is too large', { ...one, operations: { query: `#${'x'.repeat(10_000)}\n${QUERY}` } }, 400],
    ['a body that is too large', { ...one, 0: new File(['x'.repeat(20_000)], 'a') }, 413],
  ])('are refused with %s', async (_title, parts, expected) => {
    await start({ maxFileBytes: 1_000, maxFiles: 2 });
    const { status, body } = await send(parts);
    expect([status, body.errors[0].extensions.code]).toEqual([expected, 'HUB_REQUEST_TOO_LARGE']);
  });
});

describe('a caller whose credential is not valid', () => {
  it('is refused before its files are read', async () => {
    hub = await startHub(
      { authenticate: () => Promise.reject(new HubFault('HUB_AUTH_INVALID', 'the token is not valid')) },
      { uploads: { maxFiles: 1, maxFileBytes: 1_000 } },
    );
    const sent = new AbortController();
    let pulled = 0;
    const endless = new ReadableStream({
      pull(stream) {
        pulled += 1;
        stream.enqueue(new Uint8Array(16_384));
        if (pulled > 1_000) stream.close();
      },
    });
    const response = await fetch(hub.graphql, {
      method: 'POST',
      body: endless,
      duplex: 'half',
      signal: sent.signal,
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'apollo-require-preflight': '1' },
    } as RequestInit);
    expect(response.status).toBe(401);
    expect((await response.json()).errors[0].extensions.code).toBe('HUB_AUTH_INVALID');
    sent.abort();
    expect(pulled).toBeLessThan(1_000);
  });
});
