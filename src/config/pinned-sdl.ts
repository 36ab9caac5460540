// The SDL files of a source: `schema/<source>/upstream.graphql` as imported, the hand-written ones beside it, and the
// lock file that says where each import came from. Written by `manifold import`, read by compose.ts and `check`.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Source } from 'graphql';
import { z } from 'zod';
import { HubFault } from '../faults/hub-fault.ts';
import type { HubConfig } from './hub-config.ts';
import type { ImportedSdl } from './source-kind.ts';

const UPSTREAM_FILE = 'upstream.graphql';
const LOCK_FILE = 'manifold.lock.json';

export interface SdlFile {
  /** Absolute path. */
  readonly file: string;
  /** Named by its path relative to the configuration, so that GraphQL errors say file and line. */
  readonly source: Source;
  /** "sha256:…" of its bytes. */
  readonly digest: string;
}

export interface SourceSdl {
  /** Absent where nothing was imported yet, or the kind imports nothing. */
  readonly upstream?: SdlFile;
  /** Every other `*.graphql` of the source's folder, by name. */
  readonly handwritten: readonly SdlFile[];
}

const lockEntrySchema = z.strictObject({
  /** Where the description was read. */
  origin: z.string(),
  /** Of the description's bytes. */
  digest: z.string(),
  /** Of upstream.graphql as it was written: differs from the file once somebody edits it. */
  sdlDigest: z.string(),
  /** What found the SDL in order, as it was written: it need not be checked again by the same. Of large ones alone. */
  checkedBy: z.string().optional(),
});
const lockSchema = z.strictObject({
  version: z.literal(1),
  sources: z.record(z.string(), lockEntrySchema),
});

export type LockEntry = Readonly<z.infer<typeof lockEntrySchema>>;

/** Rejects with HUB_COMPOSE_SDL where a file is there and cannot be read. A folder that is not there is an empty one. */
export async function readSourceSdl(config: HubConfig, sourceName: string): Promise<SourceSdl> {
  const folder = join(config.schemaFolder, sourceName);
  const names = await sdlNames(folder);
  const read = async (name: string): Promise<SdlFile> => {
    const file = join(folder, name);
    const shown = relative(config.folder, file);
    try {
      const bytes = await readFile(file);
      return { file, source: new Source(bytes.toString(), shown), digest: sdlDigest(bytes) };
    } catch (error) {
      throw new HubFault('HUB_COMPOSE_SDL', `${shown} cannot be read`, { details: { at: shown }, cause: error });
    }
  };
  const handwritten = await Promise.all(names.filter((name) => name !== UPSTREAM_FILE).map(read));
  return names.includes(UPSTREAM_FILE) ? { upstream: await read(UPSTREAM_FILE), handwritten } : { handwritten };
}

async function sdlNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new HubFault('HUB_COMPOSE_SDL', `the schema folder ${folder} cannot be read`, { cause: error });
  }
}

/** Whether the SDL is, byte for byte, what was imported and then found in order by `checker`. */
export async function isChecked(
  folder: string,
  sourceName: string,
  { digest }: SdlFile,
  checker: string,
): Promise<boolean> {
  const entry = (await readLock(folder)).get(sourceName);
  return entry?.checkedBy === checker && entry.sdlDigest === digest;
}

/** Says in the lock file that the pinned SDL of a source, as it was imported last, was found in order. */
export async function markChecked(folder: string, sourceName: string, checker: string): Promise<void> {
  const lock = await readLock(folder);
  const entry = lock.get(sourceName);
  if (entry !== undefined) await writeLock(folder, new Map([...lock, [sourceName, { ...entry, checkedBy: checker }]]));
}

async function writeLock(folder: string, lock: ReadonlyMap<string, LockEntry>): Promise<void> {
  const sources = Object.fromEntries([...lock].sort(([a], [b]) => (a < b ? -1 : 1)));
  await replaceFile(join(folder, LOCK_FILE), `${JSON.stringify({ version: 1, sources }, null, 2)}\n`);
}

export interface Pinned {
  /** Absolute path of the file written. */
  readonly file: string;
  /** Whether the SDL is another than before. */
  readonly changed: boolean;
}

/**
 * Writes the imported SDL of a source and its lock entry. Writing the same import twice changes no byte.
 * @param folder the configuration's `schemaFolder`; made where it is not there.
 */
export async function writePinned(folder: string, sourceName: string, imported: ImportedSdl): Promise<Pinned> {
  const file = join(folder, sourceName, UPSTREAM_FILE);
  await mkdir(join(folder, sourceName), { recursive: true });
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== imported.sdl) await replaceFile(file, imported.sdl);
  const lock = await readLock(folder);
  const entry = { origin: imported.origin, digest: imported.digest, sdlDigest: sdlDigest(imported.sdl) };
  const known = lock.get(sourceName);
  const same = known?.checkedBy !== undefined && known.sdlDigest === entry.sdlDigest;
  const written = same ? { ...entry, checkedBy: known.checkedBy } : entry;
  await writeLock(folder, new Map([...lock, [sourceName, written]]));
  return { file, changed: before !== imported.sdl };
}

/** By source name; empty where there is no lock file. Rejects with HUB_COMPOSE_SDL where it is none that the hub wrote. */
export async function readLock(folder: string): Promise<ReadonlyMap<string, LockEntry>> {
  const file = join(folder, LOCK_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(lockSchema.parse(JSON.parse(text)).sources));
  } catch (error) {
    throw new HubFault('HUB_COMPOSE_SDL', `${file} is not a lock file of the hub; delete it and run: manifold import`, {
      cause: error,
    });
  }
}

/** "sha256:…" of the text of an SDL file. */
export function sdlDigest(sdl: string | Buffer): string {
  return `sha256:${createHash('sha256').update(sdl).digest('hex')}`;
}

/** Readers see the old file or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, file);
}
