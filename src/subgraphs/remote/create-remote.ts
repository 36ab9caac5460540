// What all remote kinds share: calls and streams of one GraphQL server, under the source's settings.
import type { NamedSource, SourceServices } from '../../config/source-kind.ts';
import type { SourceSettings } from '../../config/source-settings.ts';
import { createStreamer, type Streamer } from './create-streamer.ts';
import { createGraphQlCaller, type GraphQlCaller } from './graphql-caller.ts';
import type { SubscriptionSettings } from './stream-settings.ts';

export type RemoteSettings = SourceSettings & {
  readonly url: string;
  readonly subscriptions?: SubscriptionSettings | undefined;
};

export interface Remote {
  readonly caller: GraphQlCaller;
  readonly streamer: Streamer;
}

/** Throws HUB_CONFIG_INVALID where url or credentials cannot be used. Closed by closing the streamer. */
export function createRemote({ name, settings }: NamedSource<RemoteSettings>, services: SourceServices): Remote {
  const { url } = settings;
  const streamer = createStreamer({ source: name, url, settings, logger: services.logger, stats: services.stats });
  return { streamer, caller: createGraphQlCaller(services.transport(url), streamer.secrets) };
}
