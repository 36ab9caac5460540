// One operation in, one root field with `@rest` out. Called by `mapToSdl`.
import { pascalName } from '../graphql-names.ts';
import { deprecationOf } from './deprecation.ts';
import type { ApiOperation, ApiParameter, Schema } from './document-model.ts';
import { BOOLEAN, mapAnswer } from './map-answer.ts';
import { mapBody } from './map-body.ts';
import { mapParameters, type MappingContext } from './map-parameters.ts';
import { quote, type FieldDef } from './sdl-model.ts';

/** Servers refuse longer ones (RFC 9110, section 4.1, wants 8,000 octets of them). */
const MAX_PATH = 8_000;

export interface MappedOperation {
  readonly operation: ApiOperation;
  readonly root: 'Query' | 'Mutation';
  readonly field: FieldDef;
  /** The parameter behind each argument; the body's has none. */
  readonly sources: ReadonlyMap<string, ApiParameter>;
  /** What the operation answers with, where it is JSON. */
  readonly answer: Schema | undefined;
  /** The whole of it, where `answer` is what an envelope holds. */
  readonly whole: Schema | undefined;
}

/**
 * @param name the field's.
 * @param renamed argument names that differ from the usual one, by parameter name.
 * Undefined where the operation cannot be expressed; a note says why.
 */
export function mapOperation(
  operation: ApiOperation,
  name: string,
  context: MappingContext,
  renamed?: ReadonlyMap<string, string>,
): MappedOperation | undefined {
  const { method, at } = operation;
  const leaveOut = (reason: string): void => context.note(at, reason, 'leftOut');
  if (method === 'options' || method === 'trace') {
    leaveOut(`${method.toUpperCase()} is about the server and its connections, not about the API`);
    return undefined;
  }
  if (operation.path.length > MAX_PATH) {
    leaveOut(`its path is longer than ${MAX_PATH} characters`);
    return undefined;
  }
  const owner = pascalName(name);
  const answer = method === 'head' ? BOOLEAN : mapAnswer(operation, owner, name, context);
  const parameters = mapParameters(operation, owner, context, renamed);
  const body = mapBody(operation, owner, parameters, context);
  const headers = [...parameters.headers, ...answer.headers, ...(body?.headers ?? [])];
  const rest = [
    `${method}: ${quote(parameters.template)}`,
    ...(operation.sentAs === undefined ? [] : [`method: ${quote(operation.sentAs)}`]),
    ...(body?.directive ?? []),
    ...answer.directive,
    ...ownServer(operation, context),
    ...(headers.length === 0 ? [] : [`headers: [${headers.map(quote).join(', ')}]`]),
  ];
  return {
    operation,
    root: method === 'get' || method === 'head' || method === 'query' ? 'Query' : 'Mutation',
    sources: parameters.sources,
    answer: answer.schema,
    whole: answer.whole,
    field: {
      name,
      upstream: undefined,
      type: answer.type,
      description: describe(operation),
      deprecated: deprecationOf(operation),
      args: body === undefined ? parameters.args : [...parameters.args, body.argument],
      directives: [`@rest(${rest.join(', ')})`],
    },
  };
}

/** Undefined parts of the description are relative to nothing: then it is called at the url of the source. */
function ownServer({ server, at }: ApiOperation, { serverUrl, note }: MappingContext): string[] {
  if (server === undefined || server === serverUrl) return [];
  if (serverUrl === undefined) {
    note(at, `its own server ${server.slice(0, 200)} is not called: the description names none for the others`);
    return [];
  }
  return [`server: ${quote(server)}`, `serverOf: ${quote(serverUrl)}`];
}

function describe({ summary, description }: ApiOperation): string | undefined {
  if (summary === undefined || description === undefined) return summary ?? description;
  return description.startsWith(summary.replace(/\.$/, '')) ? description : `${summary}\n\n${description}`;
}
