// A transport for tests: real settings, real stats, retries without waiting; closed with what it talks to.
import type { UpstreamRequest } from '../../../src/contract/transport.ts';
import { type SourceSettings, sourceSettingsSchema } from '../../../src/config/source-settings.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createSourceStats } from '../../../src/telemetry/source-stats.ts';
import { createAnswerCache } from '../../../src/transport/answer-cache.ts';
import { createTransport } from '../../../src/transport/create-transport.ts';

function settingsOf(given: Record<string, unknown> = {}): SourceSettings {
  const settings = { retry: { attempts: 3, initialDelayMs: 1, maxDelayMs: 50 }, ...given };
  return { kind: 'rest', ...sourceSettingsSchema.parse(settings) };
}

export function startTransport(baseUrl: string, given: Record<string, unknown> = {}) {
  const stats = createSourceStats();
  const settings = settingsOf(given);
  const cache = createAnswerCache(1_000_000);
  const logger = createLogger('silent');
  const transport = createTransport({ source: 'shop', baseUrl, settings, stats, logger, cache });
  return { transport, stats, cache };
}

export function get(url: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { method: 'GET', url, operation: `GET ${url}`, idempotent: true, shareable: false, ...more };
}

export function post(url: string, body: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', url, body, headers, operation: `POST ${url}`, idempotent: false, shareable: false, ...more };
}

/** The HubFault that the promise rejects with. */
export async function faultOf(promise: Promise<unknown>): Promise<HubFault> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HubFault) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A promise and what settles it. */
export const deferred = () => Promise.withResolvers<unknown>();
