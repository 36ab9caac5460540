// Fields with `@rest` → HTTP calls. Used by the local builder, which does batching, value mapping and error paths.
import { getNamedType, isCompositeType, isListType, isNonNullType } from 'graphql';
import type { Connector, ConnectorField, FieldCall, PreparedField } from '../../contract/connector.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Transport, UpstreamRequest } from '../../contract/transport.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import { directiveArgs } from '../local/hub-directives.ts';
import { createFaultOf, isNone } from './fault-map.ts';
import { compilePagination } from './paginate.ts';
import { createAnswerReader, createJsonReader } from './read-answer.ts';
import { compileRequest, type Method } from './compile-request.ts';
import { TemplateMistake } from './uri-template.ts';

export interface RestConnectorOptions {
  /** The source's url: `server` of a field is called while it is the one in the description. */
  readonly baseUrl?: string;
  /** Of the source's url; closed by whoever made it. */
  readonly transport: Transport;
}

const METHODS = ['get', 'head', 'query', 'post', 'put', 'patch', 'delete'] as const;

export function createRestConnector({ transport, baseUrl }: RestConnectorOptions): Connector {
  return {
    kind: 'rest',
    directive: 'rest',
    prepare: (field) => prepareField(field, transport, baseUrl),
    close: () => Promise.resolve(),
  };
}

function prepareField(field: ConnectorField, transport: Transport, baseUrl: string | undefined): PreparedField {
  const coordinate = `${field.parent.name}.${field.field.name}`;
  const { method, template } = readOperation(field, coordinate);
  const sentAs = readMethod(field.directive.method, coordinate) ?? method;
  const operation = `${sentAs} ${template}`;
  const compiled = attempt(
    () => compileRequest(field, method, template),
    (why) => new HubFault('HUB_COMPOSE_SDL', `${coordinate}: @rest(${method.toLowerCase()}: "${template}"): ${why}`),
  );
  const isRead = method === 'GET' || method === 'HEAD' || method === 'QUERY';
  const server = serverOf(field, baseUrl);
  const faultOf = createFaultOf(field.source, operation, method === 'HEAD' || (isRead && mayBeNone(field)));
  const at = typeof field.directive.at === 'string' ? field.directive.at : undefined;
  const readAnswer = createAnswerReader(field, operation, at);

  const invalid = (why: string): HubFault =>
    new HubFault('HUB_REQUEST_INVALID', `${coordinate}: ${why}`, { details: { source: field.source } });

  const pagination = compilePagination(field);
  const readJson = method === 'HEAD' || pagination !== undefined ? undefined : createJsonReader(field, at);

  const call = async (scope: Scope, asked: FieldCall): Promise<unknown> => {
    const one = pagination === undefined ? asked : pagination.ask(asked);
    const writing = attempt(() => compiled.write(one), invalid);
    // Only files have to be waited for.
    const written =
      writing instanceof Promise ? await writing.catch((error: unknown) => rethrow(error, invalid)) : writing;
    const request: UpstreamRequest = {
      ...written,
      ...(server === undefined ? {} : { url: server + written.url }),
      method: sentAs,
      operation,
      // PUT and DELETE are idempotent by RFC 9110, but the hub never repeats what changes something.
      idempotent: isRead,
      shareable: isRead,
      faultOf,
      ...(isRead
        ? { tagsOf: (response) => field.tagsOf(isNone(response) ? null : readAnswer(response), one.args) }
        : {}),
    };
    const response = await transport.request(scope, request);
    if (method === 'HEAD') return !isNone(response);
    if (isNone(response)) return null;
    const json = asked.asJson === true ? readJson?.(response) : undefined;
    if (json !== undefined) return json;
    const answer = readAnswer(response);
    return pagination === undefined ? answer : pagination.answer(answer, response, one);
  };
  const change = field.root === 'mutation' ? changeOf(method, compiled.hasPathVariables) : undefined;
  return {
    operation,
    merges: false,
    answersJson: readJson !== undefined,
    run: (scope, calls) => Promise.all(calls.map((one) => call(scope, one).catch(toHubFault))),
    ...(change === undefined ? {} : { change }),
  };
}

function readOperation(field: ConnectorField, coordinate: string): { method: Method; template: string } {
  const given = METHODS.flatMap((name) => {
    const template = field.directive[name];
    return typeof template === 'string' ? [{ method: name.toUpperCase() as Method, template }] : [];
  });
  const [only, second] = given;
  if (only !== undefined && second === undefined) return only;
  const message = `${coordinate}: @rest needs exactly one of ${METHODS.join(', ')}, and has ${given.length}`;
  throw new HubFault('HUB_COMPOSE_SDL', message);
}

/** A token (RFC 9110, section 9.1); CONNECT is about the connection. */
function readMethod(method: unknown, coordinate: string): string | undefined {
  if (typeof method !== 'string') return undefined;
  if (/^[A-Za-z][A-Za-z-]*$/.test(method) && !/^connect$/i.test(method)) return method.toUpperCase();
  throw new HubFault('HUB_COMPOSE_SDL', `${coordinate}: "${method}" of @rest is no method of HTTP that can be sent`);
}

/** Lookups, and reads of one object that may be null: there a 404 is an answer, not an error. */
function mayBeNone({ field }: ConnectorField): boolean {
  if (directiveArgs(field.astNode, 'lookup') !== undefined) return true;
  return !isNonNullType(field.type) && !isListType(field.type) && isCompositeType(getNamedType(field.type));
}

function changeOf(method: Method, hasPathVariables: boolean): PreparedField['change'] {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'QUERY':
      return undefined;
    case 'POST':
      // A POST below something that exists is an action on it: /orders/{id}/cancel.
      return hasPathVariables ? 'UPDATED' : 'CREATED';
    case 'PUT':
    case 'PATCH':
      return 'UPDATED';
    case 'DELETE':
      return 'DELETED';
  }
}

/** Where the description gives the operation a server of its own and the source is called where the description says. */
function serverOf({ directive }: ConnectorField, baseUrl: string | undefined): string | undefined {
  const { server, serverOf } = directive;
  if (typeof server !== 'string' || typeof serverOf !== 'string' || baseUrl === undefined) return undefined;
  const plain = (url: string): string => url.replace(/\/+$/, '');
  return plain(serverOf) === plain(baseUrl) ? plain(server) : undefined;
}

function attempt<T>(run: () => T, toFault: (why: string) => HubFault): T {
  try {
    return run();
  } catch (error) {
    rethrow(error, toFault);
  }
}

function rethrow(error: unknown, toFault: (why: string) => HubFault): never {
  // Half of a surrogate pair: no percent-encoding stands for it.
  if (error instanceof URIError) throw toFault('a value holds half of a character, which no address can');
  throw error instanceof TemplateMistake ? toFault(error.message) : error;
}
