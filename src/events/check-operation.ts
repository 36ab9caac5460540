// A GraphQL operation of the configuration against the graph that it is for. Used where rules, polls and feeds are compiled.
import { getOperationAST, parse, validate, type GraphQLSchema } from 'graphql';
import { HubFault } from '../faults/hub-fault.ts';

type OperationType = 'query' | 'mutation' | 'subscription';

/** @param where for messages. Throws HUB_CONFIG_INVALID where it is no such operation, or the graph cannot answer it. */
export function checkOperation(schema: GraphQLSchema, text: string, kind: OperationType, where: string): void {
  const invalid = (why: string) => new HubFault('HUB_CONFIG_INVALID', `${where}: ${why}`);
  let document;
  try {
    document = parse(text);
  } catch (thrown) {
    throw invalid(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const operation = getOperationAST(document);
  if ((operation?.operation as string | undefined) !== kind) throw invalid(`must be one ${kind}`);
  const [error] = validate(schema, document);
  if (error !== undefined) throw invalid(error.message);
}
