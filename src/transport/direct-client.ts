// A source's credentials and connections without its policies: for reading a description once, and for opening streams,
// which are retried by whoever reads them. Made by importers and by remote subgraphs.
import type { SourceSettings } from '../config/source-settings.ts';
import type { Scope } from '../contract/scope.ts';
import type { UpstreamResponse } from '../contract/transport.ts';
import { HubFault } from '../faults/hub-fault.ts';
import { createCredentials } from './credentials.ts';
import { createHttpClient } from './http-client.ts';
import { createTokenSource } from './oauth2-token.ts';
import { parseBaseUrl, type WireRequest } from './wire-request.ts';

export interface DirectClient {
  /**
   * The request with the source's credentials on it, an OAuth token fetched where one is configured, and what the caller
   * forwards. Without a scope nothing is forwarded. Rejects with the fault of the token server.
   */
  authorize(request: WireRequest, scope: Scope | undefined): Promise<WireRequest>;
  /** One exchange, bounded by the source's timeout. Any status is an answer. Rejects with a HubFault. */
  send(request: WireRequest): Promise<UpstreamResponse>;
  /** Configured values that must never show up in a fault. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** Throws HUB_CONFIG_INVALID where url or credentials cannot be used. Opens nothing until it is asked. */
export function createDirectClient(source: string, url: string, settings: SourceSettings): DirectClient {
  const base = parseBaseUrl(source, url);
  const credentials = createCredentials(source, settings.auth, base);
  const http = createHttpClient(source, settings);
  const { oauth2 } = settings.auth;

  const send = async (request: WireRequest): Promise<UpstreamResponse> => {
    const timeout = AbortSignal.timeout(settings.timeoutMs);
    try {
      return await http.send(request, timeout);
    } catch (error) {
      if (!timeout.aborted) throw error;
      const message = `source "${source}" did not answer within ${settings.timeoutMs} ms`;
      throw new HubFault('HUB_UPSTREAM_TIMEOUT', message, { details: { source } });
    }
  };
  const tokens = oauth2 && createTokenSource({ source, settings: oauth2, send });

  return {
    async authorize(request, scope) {
      const forwarded = scope === undefined ? {} : credentials.forwarded(scope);
      const token = forwarded.authorization === undefined ? await tokens?.get() : undefined;
      return credentials.apply(request, forwarded, token);
    },
    send,
    secrets: credentials.secrets,
    close: () => http.close(),
  };
}
