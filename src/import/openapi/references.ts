// Places in the loaded documents, and where `$ref`s lead from them. Nothing is copied: a place is a view of the document.
import { HubFault } from '../../faults/hub-fault.ts';
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
  /** Every entry of an object in document order; nothing for other values. */
  readonly entries: (place: Place) => readonly (readonly [string, Place])[];
  /** Every item of a list; nothing for other values. */
  readonly items: (place: Place) => readonly Place[];
  /** The place itself, or where its `$ref` leads in the end. Throws HUB_IMPORT_REFERENCE. */
  readonly follow: (place: Place) => Place;
  /** Where one `$ref` leads, itself perhaps a `$ref`. Throws HUB_IMPORT_REFERENCE. */
  readonly step: (place: Place, reference: string) => Place;
  /** For messages and notes: the pointer, with the file where it is not the main one. */
  readonly at: (place: Place) => string;
}

const MAX_STEPS = 64;

export function createReferences(loaded: LoadedDocuments): References {
  const root: Place = { value: loaded.documents.get(loaded.main), document: loaded.main, pointer: '#' };

  const at = (place: Place): string =>
    place.document === loaded.main ? place.pointer : `${place.document}${place.pointer}`;

  const child = (place: Place, key: string | number): Place => ({
    value: Array.isArray(place.value) ? (place.value as unknown[])[Number(key)] : property(place.value, String(key)),
    document: place.document,
    pointer: `${place.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  });

  const missing = (place: Place, reference: string, reason: string): HubFault =>
    new HubFault(
      'HUB_IMPORT_REFERENCE',
      `${loaded.main}: ${at(place)} refers to ${reference.slice(0, 300)}: ${reason}`,
      {
        details: { at: at(place) },
      },
    );

  const documentOf = (place: Place, reference: string): Place => {
    const file = reference.replace(/#.*$/s, '');
    if (file === '') return { value: loaded.documents.get(place.document), document: place.document, pointer: '#' };
    const location = loaded.locate(place.document, file);
    if (typeof location !== 'string') throw missing(place, reference, location.message);
    return { value: loaded.documents.get(location), document: location, pointer: '#' };
  };

  const step = (place: Place, reference: string): Place => {
    const hash = reference.indexOf('#');
    const fragment = hash === -1 ? '' : decodeFragment(reference.slice(hash + 1));
    let target = documentOf(place, reference);
    if (fragment !== '' && !fragment.startsWith('/')) {
      throw missing(place, reference, 'only JSON pointers ("#/…") are followed, not anchors or names');
    }
    for (const token of fragment.split('/').slice(1)) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      target = child(follow(target), key);
      if (target.value === undefined)
        throw missing(
          place,
          reference,
          'there is nothing at that place; correct it, or exclude the operations that need it',
        );
    }
    return target;
  };

  const follow = (place: Place): Place => {
    let target = place;
    for (let steps = 0; ; steps += 1) {
      const reference = property(target.value, '$ref');
      if (typeof reference !== 'string') return target;
      if (steps === MAX_STEPS) throw missing(place, reference, 'the references lead in a circle');
      target = step(target, reference);
    }
  };

  return {
    root,
    child,
    entries: (place) => (isObject(place.value) ? Object.keys(place.value).map((key) => [key, child(place, key)]) : []),
    items: (place) => (Array.isArray(place.value) ? place.value.map((_, index) => child(place, index)) : []),
    follow,
    step,
    at,
  };
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
