// The `subscriptions` part of a remote source in manifold.yaml: how its server streams, and where.
import { z } from 'zod';

/** The newest first; the last is what Apollo's servers spoke before 2021. */
export const STREAM_PROTOCOLS = ['graphql-ws', 'sse', 'subscriptions-transport-ws'] as const;
export type StreamProtocol = (typeof STREAM_PROTOCOLS)[number];

export const subscriptionsSchema = z.strictObject({
  protocol: z.enum(STREAM_PROTOCOLS).default('graphql-ws'),
  /** Where it streams, where that is not the url of the source. `http` and `ws` addresses mean the same here. */
  url: z.url({ protocol: /^(?:https?|wss?)$/ }).optional(),
});
export type SubscriptionSettings = z.infer<typeof subscriptionsSchema>;
