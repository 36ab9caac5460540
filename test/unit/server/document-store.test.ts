import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentStore } from '../../../src/server/document-store.ts';

const document = (name: string) => parse(`{ ${name} }`, { noLocation: true });
const chars = JSON.stringify(document('aaaa')).length;

describe('the store of parsed documents', () => {
  it('gives back what it was given, until it is deleted', async () => {
    const store = createDocumentStore();
    const kept = document('aaaa');
    await store.set('a', kept);
    expect(await store.get('a')).toBe(kept);
    expect(await store.delete('a')).toBe(true);
    expect(await store.get('a')).toBeUndefined();
  });

  it('forgets the document that was not asked for longest when there are too many', async () => {
    const store = createDocumentStore(2 * chars);
    await store.set('a', document('aaaa'));
    await store.set('b', document('bbbb'));
    await store.get('a');
    await store.set('c', document('cccc'));
    expect(await Promise.all(['a', 'b', 'c'].map(async (key) => (await store.get(key)) !== undefined))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('does not keep a document that is larger than all of it, and keeps the others', async () => {
    const store = createDocumentStore(chars);
    await store.set('a', document('aaaa'));
    await store.set('b', document('bbbbbbbb'));
    expect(await store.get('b')).toBeUndefined();
    expect(await store.get('a')).toBeDefined();
  });
});
