// Where the readers of the log are: subscriptions tell, metrics ask.
import { fromCursor } from './log/cursor.ts';

/** One reader, for as long as it reads. */
export interface ReaderPlace {
  /** It has everything up to here, or up to where that is when somebody asks. */
  at(cursor: string | (() => string)): void;
  /** Twice is safe. */
  end(): void;
}

export interface ReaderPlaces {
  enter(): ReaderPlace;
  /** Positions in the log, the one that is furthest behind first. */
  positions(): readonly number[];
}

export function createReaderPlaces(): ReaderPlaces {
  const readers = new Map<symbol, string | (() => string)>();
  return {
    enter() {
      const reader = Symbol('reader');
      return { at: (cursor) => void readers.set(reader, cursor), end: () => void readers.delete(reader) };
    },
    positions: () =>
      [...readers.values()]
        .map((place) => fromCursor(typeof place === 'string' ? place : place()).position)
        .sort((a, b) => a - b),
  };
}
