// The `feeds` part of manifold.yaml: subscriptions of sources whose items are events.
import { z } from 'zod';
import { webhookName } from './webhook-settings.ts';

const feedSchema = z.strictObject({
  source: z.string().min(1).describe('The source that streams; events carry its name.'),
  subscription: z.string().min(1).describe('A GraphQL subscription of the source. $after is what `resume` gave of the last item.'), // prettier-ignore
  map: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'JSONata over the data of an item: an event or a list of them, as with webhooks; nothing where the item is of no interest.',
    ),
  resume: z.string().min(1).optional().describe('JSONata over the data of an item: its place, for sources that can go on after it.'), // prettier-ignore
  scopes: z.array(z.string().min(1)).default([]),
});
export type FeedSettings = z.infer<typeof feedSchema>;

/** By name. */
export const feedsSchema = z.record(webhookName, feedSchema);
export type FeedsSettings = z.infer<typeof feedsSchema>;
