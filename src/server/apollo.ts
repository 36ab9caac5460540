// Apollo Server over the graph that serves now: it reads HTTP requests, parses documents and writes answers.
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '../telemetry/logger.ts';
import type { CurrentGraph } from './current-graph.ts';
import { createDocumentStore } from './document-store.ts';
import type { FastLane } from './fast-lane.ts';
import { createGraphGateway } from './graph-gateway.ts';
import { prefersGraphqlResponse } from './media-types.ts';
import type { AdmitOperation } from './operation-gate.ts';
import type { RequestContext } from './request-context.ts';
import { isInternal, type ErrorFormat } from './response-errors.ts';

export interface ApolloOptions {
  readonly graphs: CurrentGraph;
  readonly formatError: ErrorFormat;
  readonly gate: AdmitOperation;
  readonly lane: Pick<FastLane, 'learn' | 'mutated'>;
  readonly maxTokens: number | undefined;
  readonly development: boolean;
  readonly logger: Logger;
}

/** Nothing of it reports home, and nothing of it touches the schemas it is given. */
export function createApollo(options: ApolloOptions): ApolloServer<RequestContext> {
  const { logger, formatError } = options;
  return new ApolloServer<RequestContext>({
    gateway: createGraphGateway(options),
    formatError: (formatted, thrown) => {
      const error = formatError(formatted, thrown);
      if (isInternal(error)) logger.error({ err: thrown }, 'a request failed inside the hub');
      return { ...error };
    },
    // Apollo keeps documents to know their operation; the gate has its own, with locations, for what executes.
    documentStore: createDocumentStore(),
    parseOptions: { maxLexicalTokens: options.maxTokens, noLocation: true },
    // The gate does it, for websockets too: limits first, and once per document.
    dangerouslyDisableValidation: true,
    includeStacktraceInErrorResponses: false,
    // The check for cross-site requests is ours (refuseCrossSite): Apollo's would also refuse plain GET requests of
    // clients that are no browsers, which GraphQL over HTTP allows.
    csrfPrevention: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: {
      debug: (message) => logger.debug(String(message)),
      info: (message) => logger.info(String(message)),
      warn: (message) => logger.warn(String(message)),
      error: (message) => logger.error(String(message)),
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      legacyStatus,
      createFailureLog(logger),
    ],
  });
}

/**
 * Callers who want application/json get 200 for every well-formed request, also where document or variables are wrong
 * (GraphQL over HTTP, section 6.4.1): older clients take anything else for a failure of the network.
 */
const legacyStatus: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ request, response, errors }) => {
        const malformed = errors?.[0]?.extensions.code === ApolloServerErrorCode.BAD_REQUEST;
        const legacy = !prefersGraphqlResponse(request.http?.headers.get('accept'));
        if (response.http.status === 400 && legacy && !malformed) response.http.status = 200;
        return Promise.resolve();
      },
    }),
};

function createFailureLog(logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    unexpectedErrorProcessingRequest: ({ requestContext, error }) => {
      logger.error({ err: error, requestId: requestContext.contextValue.scope.id }, 'a request failed inside the hub');
      return Promise.resolve();
    },
  };
}
