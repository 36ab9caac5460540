// The report of an import, as a person reads it and as a program does. Called by `manifold import`.
import type { ImportNote, ImportNoteKind, ImportReport } from '../config/import-report.ts';
import type { ImportedSdl } from '../config/source-kind.ts';

const HEADINGS: Readonly<Record<ImportNoteKind, string>> = {
  leftOut: 'left out',
  loss: 'taken with loss',
  advice: 'to know',
};
/** A person reads no more of one kind; programs get them all. */
const MAX_LINES = 1_000;
const ORDER: readonly ImportNoteKind[] = ['leftOut', 'loss', 'advice'];

/** @param what the source, or the document. One line for the sums, then one for each note, grouped by kind. */
export function reportLines(what: string, report: ImportReport): string[] {
  const { title, operations, withLoss } = report;
  const groups = ORDER.map((kind) => ({ kind, notes: ofKind(report, kind) })).filter(({ notes }) => notes.length > 0);
  const sums = [
    `${operations} ${operations === 1 ? 'operation' : 'operations'} taken`,
    ...(withLoss === 0 ? [] : [`${withLoss} of them with loss`]),
    ...(ofKind(report, 'leftOut').length === 0 ? [] : [`${ofKind(report, 'leftOut').length} left out`]),
  ];
  return [
    `manifold: ${what}: ${title === '' ? '' : `${title}: `}${sums.join(', ')}`,
    ...groups.flatMap(({ kind, notes }) => [
      `  ${HEADINGS[kind]}:`,
      ...notes.slice(0, MAX_LINES).map(({ at, message }) => `    ${at}: ${message}`),
      ...(notes.length > MAX_LINES ? [`    … and ${notes.length - MAX_LINES} more: --report json names them all`] : []),
    ]),
  ];
}

/** What `--report json` prints of one source. */
export interface JsonReport {
  readonly source: string;
  readonly title: string;
  readonly origin: string;
  readonly digest: string;
  readonly operations: { readonly taken: number; readonly withLoss: number; readonly leftOut: number };
  readonly leftOut: readonly JsonNote[];
  readonly losses: readonly JsonNote[];
  readonly advice: readonly JsonNote[];
}

type JsonNote = Omit<ImportNote, 'kind'>;

export function toJsonReport(source: string, { origin, digest, report }: ImportedSdl): JsonReport {
  const notes = (kind: ImportNoteKind): JsonNote[] => ofKind(report, kind).map(({ at, message }) => ({ at, message }));
  const leftOut = notes('leftOut');
  return {
    source,
    title: report.title,
    origin,
    digest,
    operations: { taken: report.operations, withLoss: report.withLoss, leftOut: leftOut.length },
    leftOut,
    losses: notes('loss'),
    advice: notes('advice'),
  };
}

function ofKind({ notes }: ImportReport, kind: ImportNoteKind): readonly ImportNote[] {
  return notes.filter((note) => note.kind === kind);
}
