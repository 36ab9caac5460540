// Places in the loaded documents, and where `$ref`s lead from them. Nothing is copied: a place is a view of the document.
import { HubFault } from '../../faults/hub-fault.ts';
import type { TakeNote } from './document-model.ts';
import type { LoadedDocuments } from './load-documents.ts';
import { isObject, property } from './parse-document.ts';

/** A value and where it stands. */
export interface Place {
  readonly value: unknown;
  readonly document: string;
  /** JSON pointer with a leading `#`. */
  readonly pointer: string;
}

export interface References {
  readonly root: Place;
  /** The value under a key; its value is undefined where there is none. */
  readonly child: (place: Place, key: string | number) => Place;
  /** Every entry of an object in document order; nothing for other values. Throws HUB_IMPORT_TOO_LARGE. */
  readonly entries: (place: Place) => readonly (readonly [string, Place])[];
  /** Every item of a list; nothing for other values. Throws HUB_IMPORT_TOO_LARGE. */
  readonly items: (place: Place) => readonly Place[];
  /** The place itself, or where its `$ref` leads in the end: a place without a value where it leads nowhere. */
  readonly follow: (place: Place) => Place;
  /** Where a `$ref` that stands at the place leads in the end; a place without a value where it leads nowhere. */
  readonly target: (place: Place, reference: string) => Place;
  /** For messages and notes: the pointer, with the file where it is not the main one. */
  readonly at: (place: Place) => string;
}

const MAX_STEPS = 64;
/** Of one object or list: what the largest description known has is less than half of it. */
const MAX_ENTRIES = 50_000;

/** @param note told of every reference that leads nowhere. */
export function createReferences(loaded: LoadedDocuments, note: TakeNote): References {
  const anchors = new Map<string, ReadonlyMap<string, Place>>();
  const identifiers = new Map<string, ReadonlyMap<string, Place>>();
  const root: Place = { value: loaded.documents.get(loaded.main), document: loaded.main, pointer: '#' };

  const at = (place: Place): string =>
    place.document === loaded.main ? place.pointer : `${place.document}${place.pointer}`;

  const child = (place: Place, key: string | number): Place => ({
    value: Array.isArray(place.value) ? (place.value as unknown[])[Number(key)] : property(place.value, String(key)),
    document: place.document,
    pointer: `${place.pointer}/${token(String(key))}`,
  });

  const documentOf = (place: Place, reference: string): Place => {
    const file = reference.replace(/#.*$/s, '');
    const own = { value: loaded.documents.get(place.document), document: place.document, pointer: '#' };
    if (file === '') return own;
    const identified = identifiersOf(own).get(file);
    if (identified !== undefined) return identified;
    const location = loaded.locate(place.document, file);
    if (typeof location !== 'string') throw new NowhereError(location.message);
    return { value: loaded.documents.get(location), document: location, pointer: '#' };
  };

  /** `$ref: Pet`, as some documents write what 2.0 once allowed, and as a discriminator names its schemas. */
  const named = (place: Place, reference: string): Place | undefined => {
    if (!/^[\w.-]+$/.test(reference)) return undefined;
    const document = { value: loaded.documents.get(place.document), document: place.document, pointer: '#' };
    const owners = [child(document, 'definitions'), child(child(document, 'components'), 'schemas')];
    return owners.map((owner) => child(owner, reference)).find(({ value }) => value !== undefined);
  };

  const identifiersOf = (document: Place): ReadonlyMap<string, Place> => {
    const known = identifiers.get(document.document) ?? findIdentifiers(document, child);
    identifiers.set(document.document, known);
    return known;
  };

  const anchored = (document: Place, name: string): Place => {
    const known = anchors.get(document.document) ?? findAnchors(document, child);
    anchors.set(document.document, known);
    const place = known.get(name);
    if (place === undefined) throw new NowhereError('there is no such anchor');
    return place;
  };

  const dynamicAnchors = new Map<string, ReadonlyMap<string, readonly Place[]>>();
  const reached = new Map<string, Place>();

  /** Many places refer to the same one: where a reference leads depends on its document alone. */
  const step = (place: Place, reference: string, steps: number): Place => {
    const key = `${place.document} ${reference}`;
    const known = reached.get(key) ?? walk(place, reference, steps);
    reached.set(key, known);
    return known;
  };

  const walk = (place: Place, reference: string, steps: number): Place => {
    const hash = reference.indexOf('#');
    const fragment = hash === -1 ? '' : decodeFragment(reference.slice(hash + 1));
    if (fragment !== '' && !fragment.startsWith('/')) return anchored(documentOf(place, reference), fragment);
    let target = hash === -1 ? (named(place, reference) ?? documentOf(place, reference)) : documentOf(place, reference);
    for (const token of fragment.split('/').slice(1)) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      target = child(chase(target, steps + 1), key);
      if (target.value === undefined) throw new NowhereError('there is nothing at that place');
    }
    return target;
  };

  const chase = (place: Place, before = 0): Place => {
    let target = place;
    for (let steps = before; ; steps += 1) {
      const reference = property(target.value, '$ref');
      if (typeof reference !== 'string') return target;
      if (steps >= MAX_STEPS) throw new NowhereError('the references lead in a circle');
      target = step(target, reference, steps);
    }
  };

  /** Which one is meant depends on the way there: only where a single one says anything, it is known. */
  const dynamic = (place: Place, name: string): Place => {
    const known = dynamicAnchors.get(place.document) ?? findDynamicAnchors(documentOf(place, '#'), child);
    dynamicAnchors.set(place.document, known);
    const all = known.get(name) ?? [];
    const [only, second] = all.length > 1 ? all.filter(({ value }) => property(value, 'not') === undefined) : all;
    if (only === undefined) return anchored(documentOf(place, '#'), name);
    if (second === undefined) return only;
    throw new NowhereError('several schemas have that dynamic anchor, and which is meant depends on the way there');
  };

  const target = (place: Place, reference: string): Place => {
    try {
      const isDynamic = reference.startsWith('#') && property(place.value, '$dynamicRef') === reference;
      if (isDynamic) return chase(dynamic(place, reference.slice(1)));
      return chase(step(place, reference, 0));
    } catch (error) {
      if (!(error instanceof NowhereError)) throw error;
      note(at(place), `the reference to ${reference.slice(0, 300)} leads nowhere: ${error.message}`);
      return { ...place, value: undefined };
    }
  };

  const assertFew = (place: Place, count: number): void => {
    if (count <= MAX_ENTRIES) return;
    const where = at(place).slice(0, 300);
    throw new HubFault(
      'HUB_IMPORT_TOO_LARGE',
      `${loaded.main} is refused: ${where} has ${count} entries, and may have ${MAX_ENTRIES}`,
    );
  };

  return {
    root,
    child,
    entries(place) {
      if (!isObject(place.value)) return [];
      const keys = Object.keys(place.value);
      assertFew(place, keys.length);
      return keys.map((key) => [key, child(place, key)]);
    },
    items(place) {
      if (!Array.isArray(place.value)) return [];
      assertFew(place, place.value.length);
      return place.value.map((_, index) => child(place, index));
    },
    follow(place) {
      const reference = property(place.value, '$ref');
      return typeof reference === 'string' ? target(place, reference) : place;
    },
    target,
    at,
  };
}

/** RFC 6901, section 3. Nearly no key needs it, and there are millions. */
function token(key: string): string {
  return key.includes('/') || key.includes('~') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** Schemas by the names that 3.1 lets them give themselves (JSON Schema 2020-12, section 8.2.2). */
function findAnchors(document: Place, child: References['child']): ReadonlyMap<string, Place> {
  return findNamed(document, ['$anchor', '$dynamicAnchor'], child);
}

/** Addresses that the document (3.2, `$self`) and schemas in it (JSON Schema 2020-12, section 8.2.1) give themselves. */
function findIdentifiers(document: Place, child: References['child']): ReadonlyMap<string, Place> {
  const found = new Map(findNamed(document, ['$id'], child));
  const self = property(document.value, '$self');
  if (typeof self === 'string') found.set(self, document);
  return found;
}

function findDynamicAnchors(document: Place, child: References['child']): ReadonlyMap<string, readonly Place[]> {
  const found = new Map<string, Place[]>();
  for (const place of objectsIn(document, child)) {
    const name = property(place.value, '$dynamicAnchor');
    if (typeof name !== 'string') continue;
    const known = found.get(name);
    if (known === undefined) found.set(name, [place]);
    else known.push(place);
  }
  return found;
}

function findNamed(document: Place, keys: readonly string[], child: References['child']): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const place of objectsIn(document, child)) {
    for (const key of keys) {
      const name = property(place.value, key);
      if (typeof name === 'string' && !found.has(name)) found.set(name, place);
    }
  }
  return found;
}

/** Every object and list, once. */
function* objectsIn(document: Place, child: References['child']): Iterable<Place> {
  const seen = new Set<unknown>();
  const open = [document];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (typeof place.value !== 'object' || place.value === null || seen.has(place.value)) continue;
    seen.add(place.value);
    yield place;
    for (const key of Object.keys(place.value)) open.push(child(place, key));
  }
}

/** Why a reference leads nowhere. */
class NowhereError extends Error {}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
