// A PostgreSQL of the test's own, that it may restart as it likes. Started as the user postgres where the test is root.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../kit/free-port.ts';

const run = promisify(execFile);
const HOME = '/usr/lib/postgresql';

export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** As after a power cut: nothing is said to anybody. */
  restart(): Promise<void>;
}

/** The folder of its programs; undefined where there is no server to start. */
export async function findPostgres(): Promise<string | undefined> {
  if (!existsSync(HOME)) return undefined;
  const [newest] = (await readdir(HOME)).sort((a, b) => Number(b) - Number(a));
  const bin = join(HOME, newest ?? '', 'bin');
  return existsSync(join(bin, 'initdb')) ? bin : undefined;
}

export async function startOwnPostgres(bin: string): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'manifold-pg-'));
  const root = process.getuid?.() === 0;
  const as = (program: string, ...args: string[]) =>
    root ? run('runuser', ['-u', 'postgres', '--', join(bin, program), ...args]) : run(join(bin, program), args);
  if (root) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    await chown(folder, Number(stdout), Number(stdout));
  }
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  await as('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync');
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
  const control = (...args: string[]) => as('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), ...args);
  await control('start', '-o', options);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async restart() {
      await control('restart', '-m', 'immediate', '-o', options);
    },
    async [Symbol.asyncDispose]() {
      await control('stop', '-m', 'immediate').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
