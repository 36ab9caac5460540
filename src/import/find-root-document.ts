// A path that may be a folder in, the one document in it that the others belong to out. Called by the importers.
import { readdir, stat } from 'node:fs/promises';
import { extname, relative, resolve, sep } from 'node:path';
import { HubFault } from '../faults/hub-fault.ts';
import { isUrl, readDescription } from './read-description.ts';

/** How a description language tells its documents. */
export interface RootForm {
  /** "OpenAPI document", for messages. */
  readonly name: string;
  /** Of files that may be one; lower case, with the dot. */
  readonly endings: readonly string[];
  /** Whether a file can be where a description begins. Never throws. */
  isRoot(text: string): boolean;
  /** What such a file refers to, relative to itself. May throw: then it counts as referring to nothing. */
  refersTo(text: string): Iterable<string>;
  /** Of files that all refer to each other, whether this is where the description begins. May throw: then it is not. */
  begins?(text: string): boolean;
}

export interface RootDocument {
  readonly spec: string;
  /** Set where a folder was given: nothing outside it is read. For `ReadOptions.within`. */
  readonly within: string | undefined;
}

const MAX_FILES = 1_000;
const MAX_ENTRIES = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_NAMED = 20;
const ADVICE = 'give the path of the document itself as the spec';

/**
 * `spec` as it is where it is no folder. Of several documents, the one that refers to others and that none refers to; where
 * they go round in a circle, the one where the form says that it begins.
 * Hidden files, `node_modules` and symbolic links are passed over.
 * Rejects with HUB_IMPORT_INVALID where there is none or it is not clear which, or HUB_IMPORT_TOO_LARGE.
 */
export async function findRootDocument(spec: string, folder: string, form: RootForm): Promise<RootDocument> {
  const top = resolve(folder, spec);
  if (isUrl(spec) || !(await isFolder(top))) return { spec, within: undefined };
  const within = `${shownPath(folder, top) || '.'}/`;
  const files = await filesIn(top, form.endings, within);
  const roots = new Map<string, string>();
  let bytes = 0;
  for (const file of files) {
    const read = await readDescription(file, { folder, within });
    bytes += read.bytes.byteLength;
    if (bytes > MAX_BYTES) throw tooMuch(within, `${MAX_BYTES} bytes`);
    if (form.isRoot(read.text)) roots.set(file, read.text);
  }
  const chosen = roots.size > 1 ? withoutReferred(roots, form) : [...roots.keys()];
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return { spec: shownPath(folder, only), within };
  throw roots.size === 0
    ? undecided(within, `no ${form.name}`, files, folder)
    : undecided(within, `several ${form.name}s, and not one that refers to the others`, [...roots.keys()], folder);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** Absolute paths, sorted. */
async function filesIn(top: string, endings: readonly string[], within: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [top];
  let entries = 0;
  for (const folder of folders) {
    const inside = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw new HubFault('HUB_IMPORT_UNREADABLE', `a folder in ${within} cannot be read (permissions)`, { cause });
    });
    for (const entry of inside) {
      entries += 1;
      const path = resolve(folder, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && endings.includes(extname(entry.name).toLowerCase())) found.push(path);
    }
    if (found.length > MAX_FILES) throw tooMuch(within, `${MAX_FILES} files`);
    if (entries > MAX_ENTRIES) throw tooMuch(within, `${MAX_ENTRIES} entries`);
  }
  return found.sort();
}

function withoutReferred(roots: ReadonlyMap<string, string>, form: RootForm): string[] {
  const referred = new Set<string>();
  for (const [file, text] of roots) {
    for (const reference of references(text, form)) {
      const path = resolve(file, '..', reference);
      if (path !== file) referred.add(path);
    }
  }
  const first = [...roots.keys()].filter((file) => !referred.has(file));
  if (first.length > 0) return first;
  return [...roots].filter(([, text]) => begins(text, form)).map(([file]) => file);
}

function references(text: string, form: RootForm): Iterable<string> {
  try {
    return form.refersTo(text);
  } catch {
    return [];
  }
}

function begins(text: string, form: RootForm): boolean {
  try {
    return form.begins?.(text) === true;
  } catch {
    return false;
  }
}

function tooMuch(where: string, limit: string): HubFault {
  const message = `${where} has more than ${limit} to look at; ${ADVICE}`;
  return new HubFault('HUB_IMPORT_TOO_LARGE', message);
}

function undecided(where: string, what: string, files: readonly string[], folder: string): HubFault {
  const named = files.slice(0, MAX_NAMED).map((file) => shownPath(folder, file));
  const more = files.length > MAX_NAMED ? ` and ${files.length - MAX_NAMED} more` : '';
  const found = files.length === 0 ? 'no file that may be one' : `${named.join(', ')}${more}`;
  return new HubFault('HUB_IMPORT_INVALID', `${where} holds ${what} (found: ${found}); ${ADVICE}`);
}

function shownPath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
