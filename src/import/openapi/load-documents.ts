// A path or url in, the document and every file it refers to out. Called by `importOpenApi`.
import { createHash } from 'node:crypto';
import type { ImportProgress } from '../../config/import-report.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { findRootDocument, type RootForm } from '../find-root-document.ts';
import { readDescription, releaseBytes, type ReadOptions } from '../read-description.ts';
import { isObject, parseDescription, property, type JsonObject } from './parse-document.ts';

export interface LoadedDocuments {
  /** Location of the main document; the key of `documents`. */
  readonly main: string;
  readonly documents: ReadonlyMap<string, JsonObject>;
  /** Where a file reference of a document leads, or why it leads nowhere. */
  locate(from: string, file: string): string | HubFault;
  /** "sha256:…" of all files' bytes in reading order. */
  readonly digest: string;
  /** Characters of all files together. */
  readonly size: number;
}

/** Most files that one description may consist of. */
const MAX_DOCUMENTS = 500;

/** What a file says at its top where it is a description. JSON says it anywhere, so it is parsed. */
const MENTIONED = /["']?\b(?:openapi|swagger)["']?\s*:/;
const AT_LINE_START = /^["']?(?:openapi|swagger)["']?\s*:/m;

const OPENAPI: RootForm = {
  name: 'OpenAPI document',
  endings: ['.yaml', '.yml', '.json'],
  isRoot(text) {
    if (!/^\s*\{/.test(text)) return AT_LINE_START.test(text);
    if (!MENTIONED.test(text)) return false;
    try {
      const document: unknown = JSON.parse(text);
      return property(document, 'openapi') !== undefined || property(document, 'swagger') !== undefined;
    } catch {
      // If it is the only one, reading it says what is wrong with it.
      return true;
    }
  },
  refersTo: (text) => filesReferredTo(parseDescription(text, '')),
};

/**
 * @param hosts other hosts that references may lead to.
 * Rejects with HUB_IMPORT_* where the main document cannot be used; what else is missing fails where it is needed.
 */
export async function loadDocuments(
  spec: string,
  folder: string,
  hosts: readonly string[],
  progress: ImportProgress,
): Promise<LoadedDocuments> {
  const hash = createHash('sha256');
  const documents = new Map<string, JsonObject>();
  const located = new Map<string, string | HubFault>();
  const root = await findRootDocument(spec, folder, OPENAPI);
  const read = async (reference: string, options: ReadOptions) => {
    const { text, bytes, location } = await readDescription(reference, options);
    if (!documents.has(location)) hash.update(bytes);
    const megabytes = (bytes.length / 1e6).toFixed(1);
    releaseBytes(bytes);
    return { text, location, megabytes };
  };
  const first = await read(root.spec, { folder, within: root.within });
  let size = first.text.length;
  const main = first.location;
  const within = root.within ?? main;
  progress(`parsing ${first.megabytes} MB`);
  documents.set(main, parseDescription(first.text, main));
  progress('resolving references');
  // A map iterates over what is added meanwhile, so this goes on until no file refers to a new one.
  for (const [from, document] of documents) {
    const self = property(document, '$self');
    for (const file of filesReferredTo(document)) {
      // What the document calls itself is not fetched.
      if (file === self) continue;
      try {
        if (documents.size >= MAX_DOCUMENTS) {
          throw new HubFault('HUB_IMPORT_TOO_LARGE', `${main} consists of more than ${MAX_DOCUMENTS} files`);
        }
        const { text, location } = await read(file, { folder, from, within, hosts });
        located.set(`${from} ${file}`, location);
        if (documents.has(location)) continue;
        progress('resolving references', `${documents.size} files read`);
        documents.set(location, parseDescription(text, location));
        size += text.length;
      } catch (error) {
        located.set(`${from} ${file}`, toHubFault(error));
      }
    }
  }
  return {
    main,
    documents,
    size,
    digest: `sha256:${hash.digest('hex')}`,
    locate: (from, file) =>
      located.get(`${from} ${file}`) ?? new HubFault('HUB_IMPORT_REFERENCE', `${file} was not read`),
  };
}

/** Examples may contain anything, so what only they mention is not read. */
const NOT_SEARCHED = new Set(['example', 'examples', 'x-examples', 'default', 'enum', 'const']);

function filesReferredTo(document: JsonObject): Set<string> {
  const files = new Set<string>();
  // What aliases repeat was counted when the document was parsed, so there is an end to it.
  const open: unknown[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object' && item !== null) open.push(item);
      continue;
    }
    if (!isObject(value)) continue;
    for (const file of filesOfMapping(value.mapping)) files.add(file);
    for (const key in value) {
      const inner = value[key];
      if (key === '$ref' && typeof inner === 'string' && !inner.startsWith('#')) {
        const file = inner.replace(/#.*$/s, '');
        if (file !== '') files.add(file);
      } else if (typeof inner === 'object' && inner !== null && !NOT_SEARCHED.has(key)) open.push(inner);
    }
  }
  return files;
}

/** The values of a discriminator's mapping may be references as well as names, which are no paths. */
function filesOfMapping(mapping: unknown): string[] {
  if (!isObject(mapping)) return [];
  return Object.values(mapping).flatMap((target) => {
    const file = typeof target === 'string' ? target.replace(/#.*$/s, '') : '';
    return /\/|\.(?:ya?ml|json)$/i.test(file) ? [file] : [];
  });
}
