// Webhooks and callbacks of a 3.x document in: what the upstream sends by itself. Called by `readModel`.
import { METHODS, type ApiEvent } from './document-model.ts';
import { isObject, property } from './parse-document.ts';
import type { ReadMedia } from './read-operation-v3.ts';
import { textOf } from './read-schema.ts';
import type { Place, References } from './references.ts';

/** In document order, webhooks first; what has no body is left out, since nothing would be in it. */
export function readEvents(references: References, readMedia: ReadMedia): ApiEvent[] {
  const { root, child, entries, follow } = references;

  const ofItem = (name: string, item: Place): ApiEvent[] =>
    METHODS.flatMap((method) => {
      const operation = child(item, method);
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
    METHODS.flatMap((method) =>
      entries(child(child(follow(item), method), 'callbacks')).flatMap(([name, written]) =>
        entries(follow(written)).flatMap(([, callback]) => ofItem(name, follow(callback))),
      ),
    ),
  );
  return [...webhooks, ...callbacks];
}
