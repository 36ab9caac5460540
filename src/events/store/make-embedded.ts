// A new embedded store: made in a process of its own, and only then put where a hub looks for it.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SCRIPT = `
  const [library, dataDir] = process.argv.slice(1);
  const { PGlite } = await import(library);
  await (await PGlite.create({ dataDir })).close();
`;

/**
 * Making one takes six seconds of work and 600 MB, in which this process could answer nobody, and which it would never
 * quite give back. Killed at any point, neither of the two processes leaves a store that is half made.
 * Resolves with its folder. The caller holds the lock of `folder`.
 */
export async function makeEmbedded(folder: string): Promise<string> {
  const dataDir = join(folder, 'store');
  if (existsSync(dataDir)) return dataDir;
  for (const name of await readdir(folder)) {
    if (name.startsWith('new-')) await rm(join(folder, name), { recursive: true, force: true });
  }
  const made = join(folder, `new-${randomUUID()}`);
  const library = import.meta.resolve('@electric-sql/pglite');
  await run(process.execPath, ['--input-type=module', '-e', SCRIPT, library, made], { env: {} });
  await rename(made, dataDir);
  return dataDir;
}
