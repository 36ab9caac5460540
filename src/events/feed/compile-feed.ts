// Settings of a feed → the feed, checked against the graph. Called when a graph is composed.
import { getOperationAST, parse } from 'graphql';
import type { FeedSettings } from '../../config/feed-settings.ts';
import type { ComposedGraph, PlanStep } from '../../contract/graph.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { checkOperation } from '../check-operation.ts';
import { compileExpression, type Expression } from '../compile-expression.ts';

export interface Feed {
  readonly name: string;
  readonly settings: FeedSettings;
  readonly resume?: Expression;
}

/** Its mapping is the intake's business. Throws HUB_CONFIG_INVALID. */
export function compileFeed(
  name: string,
  settings: FeedSettings,
  graph: Pick<ComposedGraph, 'schema' | 'prepare'>,
): Feed {
  // prettier-ignore
  const { source, subscription: text, resume } = settings;
  const where = `feeds.${name}.subscription`;
  checkOperation(graph.schema, text, 'subscription', where);
  const document = parse(text);
  const variables = getOperationAST(document)?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const given = resume === undefined ? [] : ['after'];
  if (variables.join() !== given.join()) {
    const why = resume === undefined ? 'no variables: without `resume` nothing gives them a value' : 'the variable $after and no other, as there is `resume`'; // prettier-ignore
    throw new HubFault('HUB_CONFIG_INVALID', `${where}: must have ${why}`);
  }
  const streamed = sourceOf(graph.prepare({ document, text, operationName: undefined }).explain().steps);
  if (streamed !== source) {
    // A feed of the hub's own events would make an event of each of its events.
    throw new HubFault('HUB_CONFIG_INVALID', `${where}: is a stream of "${streamed ?? 'the hub'}", not of "${source}"`);
  }
  const compiled = resume === undefined ? {} : { resume: compileExpression(resume, `feeds.${name}.resume`) };
  return { name, settings, ...compiled };
}

/** A subscription has one root field; what follows completes its items. */
function sourceOf(step: PlanStep | null | undefined): string | undefined {
  if (step?.kind === 'fetch') return step.subgraph;
  return step?.kind === 'sequence' ? sourceOf(step.steps[0]) : undefined;
}
