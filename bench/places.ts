// Where things of the bench lie, and which programs are there.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const BENCH = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
/** Generated at every run; not committed. */
export const WORK = `${BENCH}/.work`;
/** The first of some fifty ports, which two runs at the same time may not share. */
export const FIRST_PORT = Number(process.env.BENCH_PORT ?? 24180);

export function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}
