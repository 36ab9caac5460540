// A supergraph's planner: operation text in, query plan out. The planner is native; a plan costs about 0.1 ms.
import { QueryPlanner, type QueryPlan } from '@graphql-hive/router-query-planner';
import { print, type DocumentNode } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';
import { cutAdded } from './cut-added.ts';
import { evenMembers } from './even-members.ts';
import { composedFields, directivesOf } from './join-directives.ts';
import { mapFetches } from './map-fetches.ts';
import { createOverrideCourses, readOverrides } from './override-courses.ts';
import { createSlicer } from './slice-supergraph.ts';
import { splitRequires } from './split-requires.ts';

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
  /** Supergraphs of more definitions are planned in slices. Default 2,000. */
  readonly sliceAbove?: number;
}

/**
 * @param supergraph its SDL, as text and parsed. Throws HUB_COMPOSE_INVALID where the planner cannot read it. A large one is
 * read in slices, as operations need them, so that it fails no sooner.
 */
export function createPlanner(
  supergraph: { readonly sdl: string; readonly document: DocumentNode },
  options: PlannerOptions = {},
): Planner {
  const { document } = supergraph;
  const { random = Math.random, sliceAbove = 2_000 } = options;
  refuseContext(document);
  const planIn =
    document.definitions.length > sliceAbove ? createSliced(document) : createWhole(supergraph.sdl, document);
  const { labels: known, percentages } = readOverrides(document);
  const labels = new Set(options.overrideLabels);
  const courses = createOverrideCourses(percentages);
  return {
    plan: (text, operationName, course = 0) => planIn(text, operationName, labels, courses.percentageOf(course)),
    draw: courses.count === 1 ? undefined : () => courses.at(random() * 100),
    unknownLabels: [...labels].filter((label) => !known.has(label)),
  };
}

function createSliced(document: DocumentNode): Plan {
  const slice = lazy(() => createSlicer(document));
  return (text, ...of) => {
    const part = slice()(text);
    return createWhole(print(part), part)(text, ...of);
  };
}

function createWhole(sdl: string, document: DocumentNode): Plan {
  const planner = createNative(sdl);
  const even = createEven(document);
  const split = lazy(() => createSplit(document));
  return (...of) => {
    try {
      return even?.(...of) ?? planner.plan(...of);
    } catch (thrown) {
      const plan = split()?.(...of);
      if (plan !== undefined) return plan;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HubFault('HUB_REQUEST_INVALID', `no plan can be made for the operation: ${reason}`, { cause: thrown });
    }
  };
}

/** The planner leaves such arguments out without a word, and the subgraph would answer as if there was no context. */
function refuseContext(supergraph: DocumentNode): void {
  for (const field of composedFields(supergraph)) {
    const taken = directivesOf(field, 'join__field').some((join) =>
      join.arguments?.some(({ name }) => name.value === 'contextArguments'),
    );
    if (!taken) continue;
    throw new HubFault(
      'HUB_COMPOSE_INVALID',
      `the field "${field.name.value}" takes an argument @fromContext, which cannot be planned: pass the value as a key or through @requires`,
    );
  }
}

type Plan = (...of: Parameters<QueryPlanner['plan']>) => QueryPlan;
/** Undefined for what it cannot plan. */
type TryPlan = (...of: Parameters<QueryPlanner['plan']>) => QueryPlan | undefined;

/** Plans over evened members, where there are any to even. */
function createEven(supergraph: DocumentNode): TryPlan | undefined {
  const even = evenMembers(supergraph);
  if (even === undefined) return undefined;
  const plan = createPlan(even.document);
  return (...of) => {
    const made = plan(...of);
    return made === undefined ? undefined : cutAdded(made, even.added);
  };
}

/**
 * Plans over subgraphs that are split where they require fields of others: more fetches, for what finds no plan otherwise.
 * Undefined where nothing is required.
 */
function createSplit(supergraph: DocumentNode): TryPlan | undefined {
  const split = splitRequires(supergraph);
  if (split === undefined) return undefined;
  const plan = createEven(split.document) ?? createPlan(split.document);
  return (...of) => {
    const made = plan(...of);
    if (made === undefined) return undefined;
    const real = (name: string): string => split.names.get(name) ?? name;
    return mapFetches(made, (fetch) => ({ ...fetch, serviceName: real(fetch.serviceName) }));
  };
}

function createPlan(supergraph: DocumentNode): TryPlan {
  const planner = new QueryPlanner(print(supergraph));
  return (...of) => {
    try {
      return planner.plan(...of);
    } catch {
      return undefined;
    }
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function createNative(supergraphSdl: string): QueryPlanner {
  try {
    return new QueryPlanner(supergraphSdl);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HubFault('HUB_COMPOSE_INVALID', `the supergraph cannot be planned: ${reason}`, { cause: thrown });
  }
}
