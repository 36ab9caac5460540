// The `federation` entry of manifold.yaml: where the subgraph is, and where its SDL is if it does not tell itself.
import { z } from 'zod';
import { sourceShape } from '../../config/source-settings.ts';
import { subscriptionsSchema } from '../remote/stream-settings.ts';

export const federationSettingsSchema = z.strictObject({
  ...sourceShape,
  kind: z.literal('federation'),
  /** The GraphQL endpoint. */
  url: z.url({ protocol: /^https?$/ }),
  /** Path relative to manifold.yaml, or url, of the SDL; without one the subgraph is asked (`_service { sdl }`). */
  spec: z.string().min(1).optional(),
  subscriptions: subscriptionsSchema.optional(),
});
export type FederationSettings = z.infer<typeof federationSettingsSchema>;
