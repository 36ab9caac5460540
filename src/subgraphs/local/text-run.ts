// One root field as it becomes JSON text: what text-plan.ts compiles is called with it, records are loaded, and the pieces
// are put together.
import type { Scope } from '../../contract/scope.ts';
import { CLOSE_OBJECT, COMMA, JsonText, JsonValue, NOWHERE, OPEN_OBJECT, toRaw } from '../../transport/json-text.ts';
import { EXCEPTIONAL } from './compile-leaf.ts';
import { JsonWriter } from './json-writer.ts';
import type { StubReader, StubValues } from './list-plan.ts';
import type { Lookup } from './lookups.ts';

/** Writes a value, by its place in a text. Throws EXCEPTIONAL where graphql would report an error. */
export type WriteText = (text: JsonText, place: number, run: TextRun) => void;

/** A text with holes, in which records that are looked up belong. */
export interface Piece {
  readonly bytes: Buffer;
  readonly holes: readonly { readonly at: number; readonly needed: Needed }[];
}

/** A record that some place of the operation needs. */
interface Needed {
  readonly key: readonly unknown[];
  piece: Piece | undefined;
}

/** A place of the operation where records are looked up. */
export interface Place {
  readonly lookup: Lookup;
  readonly stub: Pick<StubReader, 'identityOf' | 'keyOf'>;
  readonly write: WriteText;
}

/** What all of them write to: between two waits there is one at a time. */
export const out = new JsonWriter();

/** The state of one root field of one execution. */
export class TextRun {
  readonly #needed = new Map<Place, Map<unknown, Needed>>();
  #waiting = new Map<Place, Needed[]>();
  #holes: { readonly at: number; readonly needed: Needed }[] = [];

  /** Rejects with EXCEPTIONAL. */
  async write(write: WriteText, text: JsonText, place: number, scope: Scope): Promise<Piece> {
    out.begin();
    write(text, place, this);
    const piece = this.#take();
    while (this.#waiting.size > 0) await this.#load(scope);
    return piece;
  }

  /** Leaves a hole here for the record that the stub refers to. */
  leaveHole(place: Place, values: StubValues): void {
    const identity = place.stub.identityOf(values);
    let all = this.#needed.get(place);
    if (all === undefined) this.#needed.set(place, (all = new Map<unknown, Needed>()));
    let needed = all.get(identity);
    if (needed === undefined) {
      all.set(identity, (needed = { key: place.stub.keyOf(values), piece: undefined }));
      const waiting = this.#waiting.get(place);
      if (waiting === undefined) this.#waiting.set(place, [needed]);
      else waiting.push(needed);
    }
    this.#holes.push({ at: out.length, needed });
  }

  #take(): Piece {
    const piece = { bytes: out.toBytes(), holes: this.#holes };
    this.#holes = [];
    return piece;
  }

  /** Records that are needed become pieces, which may need more. */
  async #load(scope: Scope): Promise<void> {
    const groups = [...this.#waiting];
    this.#waiting = new Map();
    const loads = groups.flatMap(([{ lookup }, all]) => all.map(({ key }) => lookup.loadJson(scope, key)));
    const records = await Promise.all(loads).catch(() => Promise.reject(EXCEPTIONAL));
    let at = 0;
    for (const [{ write }, all] of groups) {
      for (const needed of all) {
        const record = records[at] ?? null;
        at += 1;
        out.begin();
        if (record === null) write(JsonText.null, NOWHERE, this);
        else if (record instanceof JsonValue) write(record.text, record.place, this);
        else throw EXCEPTIONAL;
        needed.piece = this.#take();
      }
    }
  }
}

function join({ bytes, holes }: Piece): void {
  let from = 0;
  for (const { at, needed } of holes) {
    out.bytes(bytes, from, at);
    if (needed.piece !== undefined) join(needed.piece);
    from = at;
  }
  out.bytes(bytes, from);
}

/** An object of the pieces, with all that belongs in their holes. */
export function joinPieces(pieces: readonly Piece[]): Uint8Array {
  out.begin();
  out.byte(OPEN_OBJECT);
  pieces.forEach((piece, i) => {
    if (i > 0) out.byte(COMMA);
    join(piece);
  });
  out.byte(CLOSE_OBJECT);
  return out.toBytes();
}

export const toPiece = (text: string): Piece => ({ bytes: Buffer.from(text), holes: [] });

/** A root field. Rejects with EXCEPTIONAL. @param value a JsonValue, a list of them, or null */
export async function runText(write: WriteText, value: unknown, scope: Scope): Promise<Piece> {
  const { text, place } = value instanceof JsonValue ? value : joined(value);
  return new TextRun().write(write, text, place, scope);
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
export function textOf(value: unknown): JsonText {
  const text = JsonText.read(Buffer.from(JSON.stringify(value)));
  if (text === undefined) throw EXCEPTIONAL;
  return text;
}
