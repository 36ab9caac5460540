// Answers of the HTTP layer itself: no such route, wrong method, a body that is too large or no JSON. All of them have the
// shape of a GraphQL response, and none of them says more than it should.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FaultCode } from '../faults/fault-table.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { toResponseError } from '../faults/to-response-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { GRAPHQL_RESPONSE_JSON, prefersGraphqlResponse } from './media-types.ts';

export function registerErrorAnswers(server: FastifyInstance, paths: readonly string[], logger: Logger): void {
  server.setErrorHandler<FastifyError | HubFault>((thrown, request, reply) => {
    if (thrown instanceof HubFault) {
      // RFC 9110, section 15.5.2: a 401 says how to sign in.
      if (thrown.rule.httpStatus === 401) void reply.header('www-authenticate', 'Bearer');
      return answer(request, reply, thrown.rule.httpStatus, thrown);
    }
    const status = thrown.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      const code: FaultCode = status === 413 ? 'HUB_REQUEST_TOO_LARGE' : 'HUB_REQUEST_MALFORMED';
      return answer(request, reply, status, new HubFault(code, thrown.message));
    }
    if (status === 503)
      return answer(request, reply, 503, new HubFault('HUB_CAPACITY_EXCEEDED', 'the hub is stopping'));
    logger.error({ err: thrown, requestId: request.id }, 'a request failed inside the hub');
    return answer(request, reply, 500, new HubFault('HUB_INTERNAL', thrown.message));
  });

  server.setNotFoundHandler((request, reply) => {
    const fault = new HubFault('HUB_REQUEST_MALFORMED', `there is nothing here: the graph is at ${paths[0] ?? '/'}`);
    return answer(request, reply, 404, fault);
  });

  for (const url of paths) {
    server.route({
      method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url,
      handler: (request, reply) => {
        void reply.header('allow', 'GET, POST');
        // A preflight: what it may do stands in the headers of browser-guard.ts.
        if (request.method === 'OPTIONS') return reply.code(204).send();
        return answer(
          request,
          reply,
          405,
          new HubFault('HUB_REQUEST_MALFORMED', 'GraphQL is served with GET and POST only'),
        );
      },
    });
  }
}

function answer(request: FastifyRequest, reply: FastifyReply, status: number, fault: HubFault): FastifyReply {
  const type = prefersGraphqlResponse(request.headers.accept) ? GRAPHQL_RESPONSE_JSON : 'application/json';
  return reply
    .code(status)
    .header('content-type', `${type}; charset=utf-8`)
    .send(JSON.stringify({ errors: [toResponseError(fault)] }));
}
