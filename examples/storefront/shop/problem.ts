// What the shop answers when it cannot do what it was asked: problem documents (RFC 9457).
import type { FastifyReply } from 'fastify';

export interface FieldProblem {
  /** JSON Pointer into the request body. */
  readonly pointer: string;
  readonly detail: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
};

export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  errors: readonly FieldProblem[] = [],
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      ...(errors.length > 0 ? { errors } : {}),
    });
}
