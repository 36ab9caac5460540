// The `state` part of manifold.yaml: where events are kept and how readers are woken up. Read by the configuration, used by
// open-state.ts.
import { z } from 'zod';

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be postgres://user:password@host:port/database',
});

const storeSchema = z.union([
  z.enum(['memory', 'embedded']),
  z.strictObject({
    postgres: z.strictObject({
      url: postgresUrl,
      /** Holds all tables of the hub; made where it does not exist. Two hubs with one schema are one hub. */
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a PostgreSQL name in lower case')
        .default('manifold'),
      maxConnections: z.number().int().positive().default(10),
    }),
  }),
]);

const busSchema = z.union([
  z.enum(['memory', 'postgres']),
  z.strictObject({
    redis: z.strictObject({
      url: z.url({ protocol: /^rediss?$/, error: 'must be redis://host:port or rediss://host:port' }),
      /** Hubs with the same channel wake each other up. */
      channel: z.string().min(1).default('manifold:events'),
    }),
  }),
]);

export const stateSettingsSchema = z
  .strictObject({
    store: storeSchema
      .describe(
        'Where events are kept: "memory" forgets them with the process, "embedded" keeps them in .manifold/ beside manifold.yaml, { postgres: { url } } in a database that many hubs share. By default embedded where there are webhooks, else memory.',
      )
      .optional(),
    bus: busSchema
      .describe(
        'How readers are woken up: "memory" within this process, "postgres" or { redis: { url } } on all hubs. By default postgres where the store is, else memory.',
      )
      .optional(),
    retention: z
      .strictObject({
        /** How long events are kept. A week by default. Memory keeps as many as maxEvents says, however old. */
        maxAgeHours: z.number().positive().default(168),
        /** How many events are kept. A million by default, 10,000 in memory. */
        maxEvents: z.number().int().positive().optional(),
      })
      .prefault({}),
  })
  .superRefine(({ store, bus }, context) => {
    if (bus === 'postgres' && typeof store !== 'object') {
      context.addIssue({ code: 'custom', path: ['bus'], message: 'postgres needs store: { postgres: { url } }' });
    }
  });
export type StateSettings = z.infer<typeof stateSettingsSchema>;
