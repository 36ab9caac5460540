// What an importer says about its work: which operations were taken, which with a loss, which not. All importers fill it,
// `manifold import` prints it and `manifold check` passes it on.

export interface ImportReport {
  readonly title: string;
  /** Operations that became fields, those with a loss among them. */
  readonly operations: number;
  /** Operations that became fields but cannot do all that the description says. */
  readonly withLoss: number;
  readonly notes: readonly ImportNote[];
}

export interface ImportNote {
  /** JSON pointer, or XPath or qualified name in an XML document; "#" is the description as a whole. */
  readonly at: string;
  /** What was lost or left out, and why. */
  readonly message: string;
  readonly kind: ImportNoteKind;
}

/**
 * `loss`: something was taken, but not all of it. `leftOut`: one operation became no field. `advice`: nothing is lost, but
 * someone should know.
 */
export type ImportNoteKind = 'loss' | 'leftOut' | 'advice';

/**
 * Told of each step as it begins, and again, with how much of it is `done`, as it goes on: as often as the importer likes,
 * for whoever listens says only what is worth it. Both are words for a person.
 */
export type ImportProgress = (step: string, done?: string) => void;
