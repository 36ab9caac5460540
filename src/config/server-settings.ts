// The `server` part of manifold.yaml: where the hub listens and how patient it is. Read by the configuration, used by server.
import { z } from 'zod';

const milliseconds = z.number().int().positive();

export const serverSettingsSchema = z.strictObject({
  /** Address to listen on. Only this machine by default; a container sets it to 0.0.0.0. */
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.number().int().min(0).max(65_535).default(4000),
  /** How long a query or mutation may take, the upstream calls included. Subscriptions have no end. */
  requestTimeoutMs: milliseconds.default(30_000),
  /** How long requests in flight may go on after the hub was told to stop. */
  drainMs: z.number().int().nonnegative().default(10_000),
  /** Serve GraphiQL at `/`. */
  graphiql: z.boolean().default(true),
  /** Let clients read the schema with `__schema` and `__type`; GraphiQL needs it. */
  introspection: z.boolean().default(true),
  /** Tell callers the inner message of masked faults. Never where strangers can call. */
  development: z.boolean().default(false),
  /** Largest body of a request, and largest message of a websocket. */
  maxBodyBytes: z.number().int().positive().default(1_048_576),
  /** Origins whose pages may call the hub from a browser, `https://app.example.com`; the hub's own is always one. */
  cors: z
    .strictObject({ origins: z.array(z.union([z.literal('*'), z.url({ protocol: /^https?$/ })])).default([]) })
    .prefault({}),
  /** Operations in flight on one websocket. */
  maxSubscriptionsPerConnection: z.number().int().positive().default(100),
  /** What subscribers may take. */
  subscriptions: z
    .strictObject({
      /** Subscriptions that one principal may have at once, over all of its connections. */
      maxPerPrincipal: z.number().int().positive().default(1_000),
      /** How long a websocket may be open with nothing running on it. */
      idleMs: milliseconds.default(600_000),
      /** How long a connection with subscriptions may last before its client has to connect again. No limit by default. */
      maxLifetimeMs: milliseconds.optional(),
    })
    .prefault({}),
  /** Take files with operations (GraphQL multipart requests), for sources that are GraphQL servers. */
  uploads: z
    .union([
      z.literal(false),
      z.strictObject({
        /** Largest file. */
        maxFileBytes: z.number().int().positive().default(10_485_760),
        /** Most files in one request. All of them are held in memory. */
        maxFiles: z.number().int().positive().default(5),
      }),
    ])
    .default(false),
  /** Figures for Prometheus, at /metrics on an address of their own. Not served by default. */
  metrics: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(9464),
    })
    .optional(),
  /** Believe `x-forwarded-*` headers: only behind a proxy that sets them. */
  trustProxy: z.boolean().default(false),
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;
