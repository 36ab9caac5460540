// Documents that Apollo Server has parsed, for its next request with the same text. Its own store lets them take 30 MiB as
// JSON, which is two to three times that in memory, beside the operations that the hub keeps. Given to it by apollo.ts.
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

const MAX_CHARS = 2 * 1024 * 1024;

/** Holds `maxChars` characters of JSON at most, and forgets what was not asked for longest. A larger document is not kept. */
export function createDocumentStore(maxChars = MAX_CHARS): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: maxChars,
    sizeCalculation: (document) => JSON.stringify(document).length,
  });
  return {
    get: (key) => Promise.resolve(documents.get(key)),
    set(key, document) {
      documents.set(key, document);
      return Promise.resolve();
    },
    delete: (key) => Promise.resolve(documents.delete(key)),
  };
}
