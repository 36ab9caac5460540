// Records of decoded answers. Their keys come from the upstream, so nothing may be inherited; and there are hundreds in
// an answer, so they must be cheap. An object made by Object.create(null) is a slow dictionary in V8; an instance of a
// function whose prototype is empty is as safe and several times faster to fill and read.

export type RawRecord = Record<string, unknown>;

const PROTOTYPE = Object.freeze(Object.create(null)) as RawRecord;

/** Makes records of one type: V8 then learns how much room each of them needs. */
export function createRecordFactory(): new () => RawRecord {
  const Raw = function Raw() {
    // Nothing is set: the keys come later.
  } as unknown as new () => RawRecord;
  Raw.prototype = PROTOTYPE;
  return Raw;
}

const Any = createRecordFactory();

export function createRecord(): RawRecord {
  return new Any();
}
