// The shop's REST API, as openapi.yaml describes it: orders, customers, products. JSON only, with an API key.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { createCallCounter } from '../call-counter.ts';
import type { StorefrontData } from '../data.ts';
import type { RunningServer } from '../run-server.ts';
import { createOrderBook, type NewOrder, type OrderPatch } from './order-book.ts';
import { sendProblem } from './problem.ts';
import {
  customerQuery,
  type CustomerQuery,
  newOrderBody,
  orderPatchBody,
  orderQuery,
  type OrderQuery,
  type Paging,
  productQuery,
  type ProductQuery,
} from './request-schemas.ts';
import { createWebhooks, type WebhookOptions } from './webhooks.ts';

export interface ShopOptions {
  readonly apiKey: string;
  readonly data: StorefrontData;
  /** Where orders are told of, when they are placed and when they change; nowhere without it. */
  readonly webhooks?: WebhookOptions;
}

export async function startShop(options: ShopOptions & { readonly port: number }): Promise<RunningServer> {
  const app = createShop(options);
  await app.listen({ host: '127.0.0.1', port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}

/** Each route's `operation` is its operationId in openapi.yaml; the counter goes by it. */
declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: string;
  }
}

function createShop({ apiKey, data, webhooks }: ShopOptions): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  const calls = createCallCounter();
  const orders = createOrderBook(data);
  const customers = new Map(data.customers.map((customer) => [customer.id, customer]));
  const products = new Map(data.products.map((product) => [product.id, product]));
  const isKey = keyCheck(apiKey);
  const tell = webhooks === undefined ? () => undefined : createWebhooks(webhooks);

  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    if (operation !== undefined) calls.count(operation);
    else if (request.url === '/__calls') return;
    if (!isKey(request.headers['x-api-key'])) {
      await sendProblem(reply, 401, 'send a valid API key in the header x-api-key');
    }
  });
  app.setNotFoundHandler((request, reply) => sendProblem(reply, 404, `there is no ${request.method} ${request.url}`));
  app.setErrorHandler<FastifyError>(sendError);

  app.get('/__calls', () => calls.snapshot());
  app.delete('/__calls', (_request, reply) => {
    calls.reset();
    return reply.code(204).send();
  });

  app.get<{ Querystring: OrderQuery }>(
    '/orders',
    { schema: { querystring: orderQuery }, config: { operation: 'orders' } },
    (request, reply) => sendPage(reply, orders.list(request.query), request.query),
  );
  app.get<{ Params: { id: string } }>('/orders/:id', { config: { operation: 'order' } }, (request, reply) =>
    sendFound(reply, orders.get(request.params.id), `order ${request.params.id}`),
  );
  app.post<{ Body: NewOrder }>(
    '/orders',
    { schema: { body: newOrderBody }, config: { operation: 'createOrder' } },
    (request, reply) => {
      const placed = orders.place(request.body);
      if ('problems' in placed) return sendProblem(reply, 422, 'the order cannot be placed', placed.problems);
      tell('order.created', placed.order);
      return reply.code(201).header('location', `/orders/${placed.order.id}`).send(placed.order);
    },
  );
  app.patch<{ Params: { id: string }; Body: OrderPatch }>(
    '/orders/:id',
    { schema: { body: orderPatchBody }, config: { operation: 'updateOrder' } },
    (request, reply) => {
      const patched = orders.patch(request.params.id, request.body);
      if ('missing' in patched) return sendProblem(reply, 404, `there is no order ${request.params.id}`);
      if ('conflict' in patched) return sendProblem(reply, 409, patched.conflict);
      tell('order.updated', patched.order);
      return patched.order;
    },
  );

  app.get<{ Querystring: CustomerQuery }>(
    '/customers',
    { schema: { querystring: customerQuery }, config: { operation: 'customers' } },
    (request, reply) => {
      const { id, tier } = request.query;
      if (id !== undefined) return byIds(customers, id);
      return sendPage(
        reply,
        data.customers.filter((customer) => tier === undefined || customer.tier === tier),
        request.query,
      );
    },
  );
  app.get<{ Params: { id: string } }>('/customers/:id', { config: { operation: 'customer' } }, (request, reply) =>
    sendFound(reply, customers.get(request.params.id), `customer ${request.params.id}`),
  );

  app.get<{ Querystring: ProductQuery }>(
    '/products',
    { schema: { querystring: productQuery }, config: { operation: 'products' } },
    (request, reply) => {
      const { id, category } = request.query;
      if (id !== undefined) return byIds(products, id);
      return sendPage(
        reply,
        data.products.filter((product) => category === undefined || product.category === category),
        request.query,
      );
    },
  );
  app.get<{ Params: { id: string } }>('/products/:id', { config: { operation: 'product' } }, (request, reply) =>
    sendFound(reply, products.get(request.params.id), `product ${request.params.id}`),
  );
  return app;
}

/** What is known of the ids, each once, in the order of the question; unknown ids are left out. */
function byIds<T>(known: ReadonlyMap<string, T>, ids: readonly string[]): T[] {
  return [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
}

function sendPage(reply: FastifyReply, all: readonly unknown[], { limit, offset }: Paging): FastifyReply {
  return reply.header('x-total-count', all.length).send(all.slice(offset, offset + limit));
}

function sendFound(reply: FastifyReply, found: object | undefined, what: string): FastifyReply {
  return found === undefined ? sendProblem(reply, 404, `there is no ${what}`) : reply.send(found);
}

/** A body that is JSON but not what the operation takes is 422; what cannot even be read keeps Fastify's status. */
function sendError(error: FastifyError, _request: unknown, reply: FastifyReply): FastifyReply {
  if (error.validation === undefined) {
    const status = error.statusCode ?? 500;
    return sendProblem(reply, status, status < 500 ? error.message : 'the shop failed');
  }
  const errors = error.validation.map((problem) => ({
    pointer: problem.instancePath,
    detail: problem.message ?? 'is not valid',
  }));
  return error.validationContext === 'body'
    ? sendProblem(reply, 422, 'the body is not valid', errors)
    : sendProblem(reply, 400, error.message);
}

function keyCheck(apiKey: string): (given: unknown) => boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  const expected = digest(apiKey);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}
