// `manifold plan`: which upstream calls an operation makes, in which order, and how many at most.
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { GraphQLError, Kind, parse, validate, type DocumentNode } from 'graphql';
import type { ComposedGraph, OperationPlan } from '../contract/graph.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { commandLogger, readConfig, type CliContext, type GlobalOptions } from './context.ts';
import { renderPlan } from './render-plan.ts';
import { addSdlOption, composed, type SdlOption } from './sdl-option.ts';

interface PlanOptions extends GlobalOptions, SdlOption {
  readonly operation?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
QUERY is the operation itself, a file that holds it, or - for stdin.

Examples:
  manifold plan '{ orders(first: 3) { id customer { name } } }'
  manifold plan queries/orders.graphql --operation RecentOrders
  cat query.graphql | manifold plan - --json`;

export function planCommand(context: CliContext): Command {
  return addSdlOption(new Command('plan'))
    .description('show which upstream calls a query makes')
    .argument('<QUERY>', 'operation, file, or - for stdin')
    .option('--operation <name>', 'operation to plan where the document has several')
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (query: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<PlanOptions>();
      const config = await readConfig(context, options);
      const text = await readQuery(query, context);
      const plan = await composed(context, config, options, commandLogger(options, 'warn'), ({ graph }) =>
        planOperation(graph, text, options.operation),
      );
      context.out(options.json === true ? `${JSON.stringify(plan, null, 2)}\n` : renderPlan(plan));
    });
}

/** An operation has a brace; the name of a file rarely does. */
async function readQuery(query: string, context: CliContext): Promise<string> {
  if (query === '-') return context.readInput();
  if (query.includes('{')) return query;
  try {
    return await readFile(query, 'utf8');
  } catch (error) {
    throw new HubFault('HUB_REQUEST_MALFORMED', `"${query}" is neither an operation nor a file that can be read`, {
      cause: error,
    });
  }
}

function planOperation(graph: ComposedGraph, text: string, operationName: string | undefined): OperationPlan {
  const document = parseOperation(text);
  const names = document.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [node.name?.value ?? '(anonymous)'] : [],
  );
  if (operationName === undefined ? names.length !== 1 : !names.includes(operationName)) {
    const has = names.length === 0 ? 'none' : names.join(', ');
    throw new HubFault('HUB_REQUEST_INVALID', `name one operation of the document with --operation; it has: ${has}`);
  }
  const errors = validate(graph.schema, document);
  if (errors.length > 0) throw new HubFault('HUB_REQUEST_INVALID', errors.map(locate).join('\n'));
  return graph.prepare({ document, text, operationName }).explain();
}

function parseOperation(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new HubFault('HUB_REQUEST_MALFORMED', locate(error), { cause: error });
  }
}

function locate({ message, locations }: GraphQLError): string {
  const at = locations?.[0];
  return at === undefined ? message : `query:${at.line}:${at.column} ${message}`;
}
