// GraphQL over HTTP to one source: an operation, prepared once, sent through the source's transport with each request's
// variables. Used by the remote kinds for every call that is not a stream.
import type { FetchResult, PlannedFetch, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Transport, UpstreamRequest, UpstreamResponse } from '../../contract/transport.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { faultOfStatus } from '../../transport/fault-of-status.ts';
import { createMultipartBody, mayHoldFiles } from './multipart-body.ts';
import { createAnswerReader, isGraphQlResponse } from './read-answer.ts';
import type { TagsOfFetch } from './touched-entities.ts';

export interface Operation {
  readonly kind: PlannedFetch['kind'];
  readonly text: string;
  readonly operationName?: string | undefined;
  /** For usage, spans and messages; never with values in it. */
  readonly label: string;
  /** What the answer is derived from; without it no answer is kept. */
  readonly tags?: TagsOfFetch;
}

/** Sends the operation. Rejects with a HubFault where there is no GraphQL response to read. */
export type Call = (scope: Scope, variables: Variables) => Promise<FetchResult>;

export interface GraphQlCaller {
  prepare(operation: Operation): Call;
}

/** Both media types of GraphQL over HTTP: the newer first, the one that old servers know second. */
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/** Servers take a form only from who could not be a page of another site; this is what Apollo's look for. */
const PREFLIGHT = { 'apollo-require-preflight': 'true' };

/** @param secrets configured values that an error of the source must not repeat. */
export function createGraphQlCaller(transport: Transport, secrets: readonly string[]): GraphQlCaller {
  const { source } = transport;
  const answers = createAnswerReader(source, secrets);
  // One for all operations: the transport only shares calls whose answers are judged by the same function.
  const faultOf: UpstreamRequest['faultOf'] = (response) =>
    response.status >= 400 && !isGraphQlResponse(response) ? faultOfStatus(source, 'GraphQL', response) : undefined;
  return {
    prepare({ kind, text, operationName, label, tags }) {
      const head = requestHead(text, operationName);
      const reads = kind === 'query';
      const toTags = (variables: Variables) => (response: UpstreamResponse) => {
        const { errors } = answers.read(response);
        if (errors !== undefined) throw new HubFault('HUB_UPSTREAM_FAILED', 'an answer with errors is not kept');
        return tags?.(variables) ?? [];
      };
      return async (scope, variables) => {
        const form = mayHoldFiles(scope) ? await createMultipartBody(head, variables) : undefined;
        const response = await transport.request(scope, {
          method: 'POST',
          url: '',
          headers: form === undefined ? HEADERS : { ...HEADERS, ...PREFLIGHT, 'content-type': form.contentType },
          body: form === undefined ? `${head}${JSON.stringify(variables)}}` : form.bytes,
          operation: label,
          idempotent: reads,
          shareable: reads && form === undefined,
          faultOf,
          ...(reads && form === undefined && tags !== undefined ? { tagsOf: toTags(variables) } : {}),
        });
        // Read for each caller anew, even where the answer is shared: the engine writes into what it gets.
        return answers.read(response);
      };
    },
  };
}

/** The request body up to the variables, as every request of the operation has it. */
function requestHead(text: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  return `{"query":${JSON.stringify(text)},${name}"variables":`;
}
