// A feed, seen by the intake: a sender that need not prove who it is, since the hub asked it. Used by create-intake.ts.
import type { FeedSettings } from '../../config/feed-settings.ts';
import { compileMapping, type Mapping } from './compile-mapping.ts';
import type { Scheme } from './scheme.ts';
import { unsigned } from './schemes/shared-secret.ts';

/** The header of a feed's item with its id, where the feed can be resumed. */
export const DELIVERY_ID = 'delivery-id';

/** What deliveries come from; `name` is what figures and dead letters call it. */
export interface Origin {
  readonly name: string;
  readonly settings: { readonly source: string; readonly header?: string };
  readonly scheme: Scheme;
  readonly mapping: Mapping;
}

/** Its name cannot be that of a webhook. Throws HUB_CONFIG_INVALID where the mapping is no JSONata. */
export function feedOrigin(name: string, { source, map }: FeedSettings): Origin {
  return {
    name: `feed:${name}`,
    settings: { source },
    scheme: unsigned({ deliveryIdHeader: DELIVERY_ID }),
    mapping: compileMapping(`feeds.${name}`, map),
  };
}
