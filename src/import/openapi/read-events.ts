// Webhooks and callbacks of a 3.x document in: what the upstream sends by itself. Called by `readModel`.
import { METHODS, type ApiEvent } from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { ReadMedia } from './read-operation-v3.ts';
import { textOf } from './read-schema.ts';
import type { Place, References } from './references.ts';

/** In document order, webhooks first; what has no body is left out, since nothing would be in it. */
export function readEvents(references: References, readMedia: ReadMedia): ApiEvent[] {
  const { root, child, entries, follow } = references;

  const operationsOf = (item: Place): Place[] =>
    METHODS.filter((method) => property(item.value, method) !== undefined).map((method) => child(item, method));

  const ofItem = (name: string, item: Place): ApiEvent[] =>
    operationsOf(item).flatMap((operation) => {
      const body = follow(child(operation, 'requestBody'));
      if (!isObject(body.value)) return [];
      const description =
        textOf(property(operation.value, 'summary')) ?? textOf(property(operation.value, 'description'));
      return [{ name, at: references.at(operation), description, body: readMedia(body) }];
    });

  const webhooks = ['webhooks', 'x-webhooks'].flatMap((key) =>
    entries(child(root, key)).flatMap(([name, item]) => ofItem(name, follow(item))),
  );
  const callbacks = entries(child(root, 'paths')).flatMap(([, item]) =>
    operationsOf(follow(item)).flatMap((operation) =>
      entries(child(operation, 'callbacks')).flatMap(([name, written]) =>
        entries(follow(written)).flatMap(([, callback]) => ofItem(name, follow(callback))),
      ),
    ),
  );
  return [...webhooks, ...callbacks];
}
