// The arguments of `@rest` and of its field → a function from a call to what is sent.
import type { GraphQLInputType } from 'graphql';
import type { ConnectorField, FieldCall } from '../../contract/connector.ts';
import type { UpstreamRequest } from '../../contract/transport.ts';
import { createArgumentBinder, type ArgumentBinder, type ReadValue } from './bind-arguments.ts';
import { compileBody, type BodyEncoding, type EncodedBody } from './request-body.ts';
import { compileHeaders } from './request-headers.ts';
import { isSpread, serializePairs } from './serialize.ts';
import { parseUriTemplate, TemplateMistake, type UriTemplate } from './uri-template.ts';

export type Method = 'GET' | 'HEAD' | 'QUERY' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CompiledRequest {
  readonly hasPathVariables: boolean;
  /** Throws TemplateMistake, or rejects with it, where a value cannot be sent. */
  write(call: FieldCall): Written | Promise<Written>;
}

type Written = Pick<UpstreamRequest, 'url' | 'headers' | 'body'>;

/** What a call's body is made of. */
interface Body {
  readonly read: (call: FieldCall) => unknown;
  /** Of the argument that is the body; undefined where several arguments make one. */
  readonly type: GraphQLInputType | undefined;
}

/** Throws TemplateMistake where the directive and the field's arguments do not fit together. */
export function compileRequest(field: ConnectorField, method: Method, template: string): CompiledRequest {
  const binder = createArgumentBinder(field);
  const uri = parseUriTemplate(template);
  const named = namedBody(field, method, uri, binder);
  const writeHeaders = compileHeaders(headerLines(field), binder);
  const readers = bindVariables(uri, binder);
  const body = named ?? remainingBody(method, binder);
  const { encoding, root } = field.directive;
  const encode = compileBody((encoding ?? 'json') as BodyEncoding, {
    type: body?.type,
    root: typeof root === 'string' ? root : undefined,
    contentType: headerLines(field).flatMap((line) => /^content-type:\s*([^;{}]*)/i.exec(line)?.[1]?.trim() ?? [])[0],
  });

  return {
    hasPathVariables: uri.variables.some(({ place }) => place === 'path'),
    write(call) {
      const values = new Map<string, unknown>();
      const pairs: string[] = [];
      for (const [name, read] of readers) {
        const own = binder.serializationOf(name);
        if (own === undefined || !isSpread(own)) values.set(name, read(call));
        else {
          const encode = own.allowReserved ? encodeUnreserved : encodeURIComponent;
          for (const [key, value] of serializePairs(name, read(call), own.style))
            pairs.push(`${encode(key)}=${encode(value)}`);
        }
      }
      const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5', ...writeHeaders(call) };
      const url = addPairs(uri.expand(values), pairs);
      const value = body?.read(call);
      if (value === undefined || value === null) return { url, headers };
      const finish = ({ contentType, content }: EncodedBody): Written => {
        if (encoding === 'multipart') headers['content-type'] = contentType;
        else headers['content-type'] ??= contentType;
        return { url, headers, body: content };
      };
      const encoded = encode(value);
      return encoded instanceof Promise ? encoded.then(finish) : finish(encoded);
    },
  };
}

function headerLines(field: ConnectorField): readonly string[] {
  const { headers } = field.directive;
  return Array.isArray(headers) ? headers.filter((line) => typeof line === 'string') : [];
}

/** The argument that `body` names, else the one called `input` unless the template has a variable of that name. */
function namedBody(field: ConnectorField, method: Method, uri: UriTemplate, binder: ArgumentBinder): Body | undefined {
  const { body } = field.directive;
  const name = typeof body === 'string' ? body : 'input';
  if (method === 'HEAD' && typeof body === 'string') throw new TemplateMistake('a HEAD has no body');
  // Few servers read the body of a GET (RFC 9110, section 9.3.1): it is sent where the directive names it.
  if ((method === 'GET' || method === 'HEAD') && typeof body !== 'string') return undefined;
  if (typeof body !== 'string' && uri.variables.some((variable) => variable.name === name)) return undefined;
  const argument = binder.take(name);
  if (argument !== undefined) {
    return {
      read: ({ args }) => (Object.hasOwn(args, argument) ? args[argument] : undefined),
      type: field.field.args.find((one) => field.argumentNames[one.name] === argument)?.type,
    };
  }
  if (typeof body !== 'string') return undefined;
  throw new TemplateMistake(`body: "${body}" is not an argument of the field: ${binder.known}`);
}

/** All arguments that nothing else uses, as one object. */
function remainingBody(method: Method, binder: ArgumentBinder): Body | undefined {
  const unused = binder.unused();
  if (unused.length === 0) return undefined;
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') {
    const [first = ''] = unused;
    const cure = `add it to the query, as in {?${encodeURIComponent(first)}}, or to headers`;
    throw new TemplateMistake(`nothing uses the argument "${first}": ${cure}`);
  }
  return {
    read: ({ args }) =>
      Object.fromEntries(unused.flatMap((name) => (Object.hasOwn(args, name) ? [[name, args[name]]] : []))),
    type: undefined,
  };
}

function addPairs(url: string, pairs: readonly string[]): string {
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/**
 * Reserved characters and what is percent-encoded already stay as they are (RFC 6570, section 3.2.3), but for those that
 * would end the value or that a query cannot hold (RFC 3986, section 3.4), and for "+", which forms read as a space.
 */
function encodeUnreserved(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/%(?:3A|2F|3F|40|24|2C|3B|3D)/g, decodeURIComponent)
    .replaceAll(/%25(?=[0-9A-Fa-f]{2})/g, '%');
}

function bindVariables(uri: UriTemplate, binder: ArgumentBinder): Map<string, ReadValue> {
  const readers = new Map<string, ReadValue>();
  const unmatched = new Set<string>();
  for (const { name } of uri.variables) {
    const read = binder.bind(name);
    if (read === undefined) unmatched.add(name);
    else readers.set(name, read);
  }
  const [variable, second] = unmatched;
  if (variable === undefined) return readers;
  const [argument, further] = binder.unused();
  // Where one of each is left over, they mean each other: products(ids: …) @rest(get: "/products{?id*}").
  const read =
    second === undefined && further === undefined && argument !== undefined ? binder.bind(argument) : undefined;
  if (read === undefined) {
    const cure = `rename an argument to it, or say which one it is with @map(name: "${variable}")`;
    throw new TemplateMistake(`the field has nothing for the variable "${variable}": ${binder.known}; ${cure}`);
  }
  return readers.set(variable, read);
}
