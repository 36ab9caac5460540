// GraphQL over HTTP request parameters (section 6.1), from the query string of a GET or the JSON body of a POST. For what
// Apollo Server does not read: event streams.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubFault } from '../faults/hub-fault.ts';
import type { OperationPayload } from './start-operation.ts';

const payloadSchema = z.object({
  query: z.string().min(1),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Throws HUB_REQUEST_MALFORMED. */
export function readOperationPayload({ method, query, body }: FastifyRequest): OperationPayload {
  const parsed = payloadSchema.safeParse(method === 'GET' ? fromQueryString(query) : body);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues[0]?.path[0];
  throw new HubFault(
    'HUB_REQUEST_MALFORMED',
    wrong === undefined
      ? 'the body must be a JSON object with a `query`'
      : `\`${String(wrong)}\` must be ${wrong === 'variables' ? 'an object' : 'a string'}`,
  );
}

/** `variables` is JSON text there; an empty parameter is one that was not given. */
function fromQueryString(query: unknown): unknown {
  const { variables, ...rest } = query as Readonly<Record<string, unknown>>;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  if (typeof variables !== 'string' || variables === '')
    return { ...given, ...(variables === '' ? {} : { variables }) };
  try {
    return { ...given, variables: JSON.parse(variables) as unknown };
  } catch {
    return { ...given, variables };
  }
}
