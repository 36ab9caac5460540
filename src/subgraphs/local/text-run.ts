// One root field as it becomes JSON text: what text-plan.ts compiles is written, records are loaded, and the pieces are put
// together.
import type { Scope } from '../../contract/scope.ts';
import { TextJoiner, type Plan } from '../../transport/json-memory.ts';
import { JsonText, JsonValue, toRaw } from '../../transport/json-text.ts';
import { EXCEPTIONAL } from './compile-leaf.ts';
import type { StubReader, StubValues } from './list-plan.ts';
import type { Lookup } from './lookups.ts';

/** What is written of a value, and what fills its holes. */
export interface TextPlan extends Plan {
  readonly fills: readonly Fill[];
}

/** Reads no other text than that which has the hole. Throws EXCEPTIONAL. @param place of what the hole is for */
export type Fill = (text: JsonText, place: number, run: TextRun) => Filled;

/** What belongs into a hole, as soon as it is there. */
export interface Filled {
  readonly piece: Piece | undefined;
}

/** A text with holes. */
export interface Piece {
  readonly bytes: Buffer;
  readonly holes: readonly { readonly at: number; readonly filled: Filled }[];
}

/** A record that some place of the operation needs. */
interface Needed {
  readonly key: readonly unknown[];
  piece: Piece | undefined;
}

/** A record that is known without asking for it. */
interface Owned {
  readonly plan: TextPlan;
  readonly record: unknown;
  piece: Piece | undefined;
}

/** A place of the operation where records are looked up. */
export interface Place {
  readonly lookup: Lookup;
  readonly stub: Pick<StubReader, 'identityOf' | 'keyOf'>;
  readonly plan: TextPlan;
}

/** The state of one root field of one execution. */
export class TextRun {
  readonly #needed = new Map<Place, Map<unknown, Needed>>();
  /** The place that was asked for last, mostly the next as well, and what it needs. */
  #last: Place | undefined;
  #ofLast = new Map<unknown, Needed>();
  #waiting = new Map<Place, Needed[]>();
  #owned: Owned[] = [];

  /** Rejects with EXCEPTIONAL. */
  async write(plan: TextPlan, text: JsonText, place: number, scope: Scope): Promise<Piece> {
    const piece = this.#write(plan, text, place);
    while (this.#owned.length > 0 || this.#waiting.size > 0) {
      this.#writeOwned();
      if (this.#waiting.size > 0) await this.#load(scope);
    }
    return piece;
  }

  /** The record that the stub refers to. */
  needs(place: Place, values: StubValues): Filled {
    const identity = place.stub.identityOf(values);
    if (place !== this.#last) {
      this.#ofLast = this.#needed.get(place) ?? new Map<unknown, Needed>();
      this.#needed.set(place, this.#ofLast);
      this.#last = place;
    }
    let needed = this.#ofLast.get(identity);
    if (needed === undefined) {
      this.#ofLast.set(identity, (needed = { key: place.stub.keyOf(values), piece: undefined }));
      const waiting = this.#waiting.get(place);
      if (waiting === undefined) this.#waiting.set(place, [needed]);
      else waiting.push(needed);
    }
    return needed;
  }

  /** The record itself. */
  owns(plan: TextPlan, record: unknown): Filled {
    const owned = { plan, record, piece: undefined };
    this.#owned.push(owned);
    return owned;
  }

  #write(plan: TextPlan, text: JsonText, place: number): Piece {
    const holes: Piece['holes'][number][] = [];
    const bytes = text.write(plan, place, (at, id, of) => {
      const filled = plan.fills[id]?.(text, of, this);
      if (filled !== undefined) holes.push({ at, filled });
    });
    if (bytes === undefined) throw EXCEPTIONAL;
    return { bytes, holes };
  }

  #writeOwned(): void {
    const all = this.#owned;
    this.#owned = [];
    for (const owned of all) owned.piece = this.#write(owned.plan, textOf(owned.record), 0);
  }

  /** Records that are needed become pieces, which may need more. */
  async #load(scope: Scope): Promise<void> {
    const groups = [...this.#waiting];
    this.#waiting = new Map();
    const loads = groups.flatMap(([{ lookup }, all]) => all.map(({ key }) => lookup.loadJson(scope, key)));
    const records = await Promise.all(loads).catch(() => Promise.reject(EXCEPTIONAL));
    let at = 0;
    for (const [{ plan }, all] of groups) {
      for (const needed of all) {
        const record = records[at] ?? null;
        at += 1;
        if (record !== null && !(record instanceof JsonValue)) throw EXCEPTIONAL;
        needed.piece = record === null ? this.#write(plan, NULL, 0) : this.#write(plan, record.text, record.place);
      }
    }
  }
}

const NULL = textOf(null);

export const toPiece = (text: string): Piece => ({ bytes: Buffer.from(text), holes: [] });

/** Items with commas between them. */
export function enclosed(open: string, items: readonly Filled[], close: string): Piece {
  const holes = items.map((filled, i) => ({ at: i + 1, filled }));
  return { bytes: Buffer.from(open + ','.repeat(Math.max(0, items.length - 1)) + close), holes };
}

/** An object of the pieces, with all that belongs in their holes. */
export function joinPieces(pieces: readonly Piece[]): Uint8Array {
  const joiner = new TextJoiner();
  const addresses = new Map<Piece, number>();
  const add = (piece: Piece): void => {
    const { bytes, holes } = piece;
    let address = addresses.get(piece);
    if (address === undefined) addresses.set(piece, (address = joiner.add(bytes)));
    let from = address;
    for (const { at, filled } of holes) {
      joiner.part(from, address + at);
      if (filled.piece !== undefined) add(filled.piece);
      from = address + at;
    }
    joiner.part(from, address + bytes.length);
  };
  const roots = pieces.map((piece) => ({ piece }));
  add(enclosed('{', roots, '}'));
  return joiner.finish();
}

/** A root field. Rejects with EXCEPTIONAL. @param value a JsonValue, a list of them, or null */
export async function runText(plan: TextPlan, value: unknown, scope: Scope): Promise<Piece> {
  const { text, place } = value instanceof JsonValue ? value : joined(value);
  return new TextRun().write(plan, text, place, scope);
}

/** Of records that were looked up one by one, and of what is no JSON of an upstream. */
function joined(value: unknown): JsonValue {
  const isJson =
    value === null ||
    value === undefined ||
    (Array.isArray(value) && value.every((item) => item === null || item instanceof JsonValue));
  if (!isJson) throw EXCEPTIONAL;
  return new JsonValue(textOf(toRaw(value ?? null)), 0);
}

/** Of a value that came of JSON. Throws EXCEPTIONAL where that is unusual. */
function textOf(value: unknown): JsonText {
  const text = JsonText.read(Buffer.from(JSON.stringify(value)));
  if (text === undefined) throw EXCEPTIONAL;
  return text;
}
