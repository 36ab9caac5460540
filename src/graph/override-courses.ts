// Progressive `@override`: which fields have moved for a request is decided by one draw between 0 and 100. Draws between two
// neighbouring percentages decide the same, so there are only as many courses as percentages, and one more.
import type { DocumentNode } from 'graphql';
import { argumentText, composedFields, directivesOf } from './join-directives.ts';

export interface OverrideCourses {
  readonly count: number;
  /** The course of a draw, `0 <= draw < 100`. Course 0 is the most likely one. */
  at(draw: number): number;
  /** A draw that takes this course. */
  percentageOf(course: number): number;
}

/** @param percentages of all labels; a field has moved where the draw is below its percentage */
export function createOverrideCourses(percentages: readonly number[]): OverrideCourses {
  const inside = percentages.filter((percentage) => percentage > 0 && percentage < 100);
  const starts = [...new Set([0, ...inside])].sort((a, b) => a - b);
  const likely = starts
    .map((start, i) => ({ start, width: (starts[i + 1] ?? 100) - start }))
    .sort((a, b) => b.width - a.width)
    .map(({ start }) => start);
  return {
    count: starts.length,
    at: (draw) => likely.indexOf(starts.findLast((start) => start <= draw) ?? 0),
    percentageOf: (course) => likely[course] ?? 0,
  };
}

/** Labels of `@override` in a supergraph, and the percentages that some of them are. */
export function readOverrides(supergraph: DocumentNode): {
  readonly labels: ReadonlySet<string>;
  readonly percentages: readonly number[];
} {
  const labels = new Set<string>();
  for (const field of composedFields(supergraph)) {
    for (const join of directivesOf(field, 'join__field')) {
      const label = argumentText(join, 'overrideLabel');
      if (label !== undefined) labels.add(label);
    }
  }
  const shares = [...labels].map((label) => PERCENT.exec(label)?.[1]);
  return {
    labels: new Set([...labels].filter((label) => !PERCENT.test(label))),
    percentages: shares.flatMap((share) => (share === undefined ? [] : [Number(share)])),
  };
}

const PERCENT = /^percent\(([\d.]+)\)$/;
