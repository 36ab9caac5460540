// A supergraph's planner: operation text in, query plan out. The planner is native; a plan costs about 0.1 ms.
import { QueryPlanner, type QueryPlan } from '@graphql-hive/router-query-planner';
import { print, type DocumentNode } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';
import { cutAdded } from './cut-added.ts';
import { evenMembers } from './even-members.ts';
import { createOverrideCourses } from './override-courses.ts';

export interface Planner {
  /**
   * `course` is one of those that `draw` draws; by default the one that most requests take. Throws HUB_REQUEST_INVALID
   * where no source, or no combination of them, can answer the operation.
   */
  plan(operationText: string, operationName: string | undefined, course?: number): QueryPlan;
  /**
   * Draws the course of one request, by the shares of `@override(label: "percent(x)")`: a small whole number, so that
   * what is planned for one request serves the next. Undefined where all requests take the same.
   */
  readonly draw: (() => number) | undefined;
  /** Labels that were said to hold, but that no `@override` has. */
  readonly unknownLabels: readonly string[];
}

export interface PlannerOptions {
  /** Labels of `@override` that hold, `percent(x)` ones apart. */
  readonly overrideLabels?: readonly string[];
  /** For `draw`, from 0 up to but not including 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** @param supergraph its SDL, as text and parsed. Throws HUB_COMPOSE_INVALID where the planner cannot read it. */
export function createPlanner(
  supergraph: { readonly sdl: string; readonly document: DocumentNode },
  options: PlannerOptions = {},
): Planner {
  const planner = createNative(supergraph.sdl);
  const even = createEven(supergraph.document);
  const labels = new Set(options.overrideLabels);
  const courses = createOverrideCourses(planner.overridePercentages);
  const { random = Math.random } = options;
  return {
    plan(operationText, operationName, course = 0) {
      const percentage = courses.percentageOf(course);
      try {
        return (
          even?.(operationText, operationName, labels, percentage) ??
          planner.plan(operationText, operationName, labels, percentage)
        );
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new HubFault('HUB_REQUEST_INVALID', `no plan can be made for the operation: ${reason}`, {
          cause: thrown,
        });
      }
    },
    draw: courses.count === 1 ? undefined : () => courses.at(random() * 100),
    unknownLabels: [...labels].filter((label) => !planner.overrideLabels.includes(label)),
  };
}

type Plan = (...of: Parameters<QueryPlanner['plan']>) => QueryPlan | undefined;

/** Plans over evened members, where there are any to even; undefined for what can only be planned without. */
function createEven(supergraph: DocumentNode): Plan | undefined {
  const even = evenMembers(supergraph);
  if (even === undefined) return undefined;
  const planner = new QueryPlanner(print(even.document));
  return (...of) => {
    let plan: QueryPlan;
    try {
      plan = planner.plan(...of);
    } catch {
      return undefined;
    }
    return cutAdded(plan, even.added);
  };
}

function createNative(supergraphSdl: string): QueryPlanner {
  try {
    return new QueryPlanner(supergraphSdl);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HubFault('HUB_COMPOSE_INVALID', `the supergraph cannot be planned: ${reason}`, { cause: thrown });
  }
}
