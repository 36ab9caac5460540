// A webhook that its source's description tells of → the mapping of its deliveries. Called by create-intake.ts.
import type { WebhookSettings } from '../../config/webhook-settings.ts';
import type { ChangeOperation } from '../../contract/events.ts';
import type { SourceEvent } from '../../contract/subgraph.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { compileExpression } from '../compile-expression.ts';
import type { Mapping } from './compile-mapping.ts';

export type DescribedEvents = ReadonlyMap<string, SourceEvent>;

/**
 * The body has to be what the description says. Entity and key are those in it, the operation is what the webhook's name
 * says. @param name for messages. Throws HUB_CONFIG_INVALID where it is not described, or not known what it is about.
 */
export function describedMapping(
  name: string,
  { source, openapi }: Pick<WebhookSettings, 'source'> & { readonly openapi: NonNullable<WebhookSettings['openapi']> },
  events: DescribedEvents,
): Mapping {
  const find = (webhook: string): SourceEvent => {
    const event = events.get(webhook);
    const [about, other] = event?.entityTypes ?? [];
    if (event !== undefined && about !== undefined && other === undefined) return event;
    if (event === undefined)
      throw new Error(`the description of ${source} has no webhook "${webhook}"${listed(events)}`);
    const why = about === undefined ? 'has no entity in it' : `may be about any of ${event.entityTypes.join(', ')}`;
    throw new Error(`the webhook "${webhook}" of ${source} ${why}: say with \`map\` what it tells of`);
  };
  const changesOf = (webhook: string, body: unknown) => {
    const entities = find(webhook).entities(body);
    const operation = operationOf(webhook);
    return entities.map(({ type, key, record }) => ({
      type,
      operation,
      key,
      payload: entities.length === 1 ? body : record,
    }));
  };

  if ('webhookFrom' in openapi) {
    const nameOf = compileExpression(openapi.webhookFrom, `webhooks.${name}.openapi.webhookFrom`);
    return async ({ body, headers }) => changesOf(String(await nameOf(body, { headers })), body);
  }
  const { webhook } = openapi;
  try {
    find(webhook);
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new HubFault('HUB_CONFIG_INVALID', `webhooks.${name}.openapi.webhook: ${message}`);
  }
  return ({ body }) => Promise.resolve().then(() => changesOf(webhook, body));
}

function listed(events: DescribedEvents): string {
  const names = [...events.keys()].slice(0, 20).join(', ');
  return names === '' ? ', and tells of none' : `; it tells of ${names}`;
}

const CREATING: ReadonlySet<string> = new Set(['new', 'create', 'created', 'add', 'added']);
const DELETING: ReadonlySet<string> = new Set(['delete', 'deleted', 'remove', 'removed', 'destroyed']);

/** By the words of the name: `order.created`, `newPet`, `customer_removed`; everything else is an update. */
function operationOf(webhook: string): ChangeOperation {
  const words = webhook.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase().split(/[^a-z0-9]+/); // prettier-ignore
  if (words.some((word) => DELETING.has(word))) return 'DELETED';
  return words.some((word) => CREATING.has(word)) ? 'CREATED' : 'UPDATED';
}
