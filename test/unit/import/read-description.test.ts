import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readDescription } from '../../../src/import/read-description.ts';
import { startUpstream, type Answer } from '../../kit/upstream.ts';

/** Ten megabytes in ten kilobytes. */
const BOMB = gzipSync(Buffer.alloc(10_000_000));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifold-read-'));
  await mkdir(join(folder, 'specs/parts'), { recursive: true });
  await writeFile(join(folder, 'specs/a.yaml'), 'a');
  await writeFile(join(folder, 'specs/b.yaml'), 'b');
  await writeFile(join(folder, 'specs/parts/c.yaml'), 'c');
  await writeFile(join(folder, 'secret.yaml'), 'secret');
  await symlink('../secret.yaml', join(folder, 'specs/link.yaml'));
  await writeFile(join(folder, 'specs/utf16.yaml'), Buffer.from('\ufeffä', 'utf16le'));
  const declared = '<?xml version="1.0" encoding="utf-16"?><a>ä</a>';
  await writeFile(join(folder, 'specs/claims-utf16.xml'), declared);
  await writeFile(join(folder, 'specs/bare-utf16.xml'), Buffer.from(declared, 'utf16le'));
  await writeFile(
    join(folder, 'specs/latin1.xml'),
    Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>ä</a>', 'latin1'),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function serving<T>(answer: Answer, use: (url: string) => Promise<T>): Promise<T> {
  const upstream = await startUpstream(answer);
  try {
    return await use(upstream.url);
  } finally {
    await upstream.close();
  }
}

describe('readDescription of files', () => {
  it('believes the bytes where a document says that it is UTF-16', async () => {
    for (const name of ['claims-utf16.xml', 'bare-utf16.xml']) {
      expect((await readDescription(`specs/${name}`, { folder })).text).toMatch(/<a>ä<\/a>$/);
    }
  });

  it('reads relative to the folder, and gives the location relative to it', async () => {
    const read = await readDescription('./specs/a.yaml', { folder });
    expect(read).toMatchObject({ text: 'a', location: 'specs/a.yaml' });
    expect((await readDescription(join(folder, 'specs/a.yaml'), { folder: join(folder, 'specs') })).location).toBe(
      'a.yaml',
    );
  });

  it('reads references relative to the document that has them, within its folder', async () => {
    const read = await readDescription('parts/c.yaml#/X', { folder, from: 'specs/a.yaml' });
    expect(read).toMatchObject({ text: 'c', location: 'specs/parts/c.yaml' });
    const up = { folder, from: 'specs/parts/c.yaml' };
    await expect(readDescription('../b.yaml', up)).rejects.toMatchObject({ code: 'HUB_IMPORT_REFERENCE' });
    expect((await readDescription('../b.yaml', { ...up, within: 'specs/a.yaml' })).text).toBe('b');
  });

  it.each(['../secret.yaml', 'link.yaml', '/etc/passwd', 'parts/../../secret.yaml', '%2e%2e/secret.yaml'])(
    'does not let a reference leave the folder: %s',
    async (reference) => {
      await expect(readDescription(reference, { folder, from: 'specs/a.yaml' })).rejects.toMatchObject({
        code: 'HUB_IMPORT_REFERENCE',
      });
    },
  );

  it('says which folder to import where what is referred to lies beside its own', async () => {
    await expect(readDescription('../secret.yaml', { folder, from: 'specs/a.yaml' })).rejects.toMatchObject({
      message: expect.stringMatching(/within its folder; to read it all the same, give the folder \. as the spec$/),
    });
    await expect(readDescription('/etc/passwd', { folder, from: 'specs/a.yaml' })).rejects.toMatchObject({
      message: expect.stringMatching(/within its folder$/),
    });
  });

  it('does not go from a file to the network', async () => {
    const reference = readDescription('http://127.0.0.1:1/x', { folder, from: 'specs/a.yaml' });
    await expect(reference).rejects.toMatchObject({ code: 'HUB_IMPORT_REFERENCE' });
  });

  it('says why a file cannot be read', async () => {
    await expect(readDescription('none.yaml', { folder })).rejects.toMatchObject({
      code: 'HUB_IMPORT_UNREADABLE',
      message: 'cannot read none.yaml: there is no such file',
    });
    await expect(readDescription('specs', { folder })).rejects.toMatchObject({ code: 'HUB_IMPORT_UNREADABLE' });
    await expect(readDescription('specs/utf16.yaml', { folder, maxBytes: 1 })).rejects.toMatchObject({
      code: 'HUB_IMPORT_TOO_LARGE',
    });
  });

  it('decodes by byte order mark and XML declaration', async () => {
    expect((await readDescription('specs/utf16.yaml', { folder })).text).toBe('ä');
    expect((await readDescription('specs/latin1.xml', { folder })).text).toContain('ä');
  });
});

describe('readDescription of urls', () => {
  it('sends user and password of the address, and shows neither them nor keys', async () => {
    await serving(
      (request, response) => void response.end(request.headers.authorization),
      async (url) => {
        const secret = `${url.replace('://', '://user:hunter2@')}/spec?wsdl&api_key=hunter3`;
        const read = await readDescription(secret, { folder });
        expect(read.text).toBe(`Basic ${Buffer.from('user:hunter2').toString('base64')}`);
        expect(read.location).toContain('/spec?wsdl&api_key=');
        expect(read.location).not.toMatch(/hunter/);
      },
    );
  });

  it('reads references of the same origin only, redirects included', async () => {
    await serving(
      (_request, response) => void response.end('elsewhere'),
      async (other) => {
        const answer: Answer = (request, response) => {
          if (request.url === '/away') response.writeHead(302, { location: `${other}/x` }).end();
          else if (request.url === '/moved') response.writeHead(301, { location: '/dir/b' }).end();
          else response.end(request.url);
        };
        await serving(answer, async (url) => {
          const from = `${url}/dir/a`;
          expect(await readDescription('b', { folder, from })).toMatchObject({
            text: '/dir/b',
            location: `${url}/dir/b`,
          });
          expect(await readDescription('/moved', { folder, from })).toMatchObject({ location: `${url}/dir/b` });
          for (const reference of ['/away', other, '//127.0.0.1:1/x', 'file:///etc/passwd']) {
            await expect(readDescription(reference, { folder, from })).rejects.toMatchObject({
              code: 'HUB_IMPORT_REFERENCE',
            });
          }
          expect((await readDescription(`${url}/away`, { folder })).text).toBe('elsewhere');
        });
      },
    );
  });

  it('says what the server answered, without secrets', async () => {
    await serving(
      (request, response) => {
        if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
        else if (request.url === '/big') response.end('x'.repeat(2_000));
        else if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
        else if (request.url === '/plain') response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain');
        else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
        else if (request.url === '/cut') {
          response.writeHead(200, { 'content-length': '100' }).write('x');
          setImmediate(() => response.destroy());
        } else response.writeHead(404).end();
      },
      async (url) => {
        await expect(readDescription(`${url}/x?token=hunter2`, { folder })).rejects.toMatchObject({
          code: 'HUB_IMPORT_UNREADABLE',
          message: expect.stringMatching(/^(?!.*hunter2).*status 404/),
        });
        await expect(readDescription(`${url}/loop`, { folder })).rejects.toMatchObject({
          code: 'HUB_IMPORT_UNREADABLE',
        });
        for (const path of ['/big', '/bomb']) {
          await expect(readDescription(url + path, { folder, maxBytes: 1_000 })).rejects.toMatchObject({
            code: 'HUB_IMPORT_TOO_LARGE',
          });
        }
        for (const [path, why] of [
          ['/plain', 'not compressed as the server says'],
          ['/file', 'only files, by their paths, and http(s) addresses are'],
          ['/cut', 'ended the connection before the end'],
        ] as const) {
          await expect(readDescription(url + path, { folder })).rejects.toThrow(why);
        }
      },
    );
    await expect(readDescription('http://127.0.0.1:1/', { folder })).rejects.toMatchObject({
      code: 'HUB_IMPORT_UNREADABLE',
    });
  });
});
