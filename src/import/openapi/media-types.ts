// Media types of bodies and answers in, how the hub writes or reads them out. Called by the mapping of bodies and answers.
import type { ApiMedia } from './document-model.ts';

export type BodyEncoding = 'json' | 'form' | 'text';

/** Markup and streams: what a client of the graph could not use as a text. */
const UNREAD: ReadonlySet<string> = new Set(['text/html', 'text/xml', 'text/event-stream']);

export interface ChosenMedia {
  readonly media: ApiMedia;
  readonly encoding: BodyEncoding;
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json') || type === 'application/*';
}

/** JSON before forms before text; undefined where there is nothing but what the hub cannot write (multipart, binary). */
export function chooseBody(media: readonly ApiMedia[]): ChosenMedia | undefined {
  const find = (encoding: BodyEncoding, fits: (type: string) => boolean): ChosenMedia | undefined => {
    const found = media.find((one) => fits(one.type));
    return found === undefined ? undefined : { media: found, encoding };
  };
  return (
    find('json', (type) => type === 'application/json') ??
    find('json', isJson) ??
    find('json', (type) => type === '*/*') ??
    find('form', (type) => type === 'application/x-www-form-urlencoded') ??
    find('text', (type) => type.startsWith('text/'))
  );
}

/** JSON before text; undefined where there is nothing but what the hub cannot read (XML, images, archives). */
export function chooseAnswer(media: readonly ApiMedia[]): ChosenMedia | undefined {
  const json =
    media.find((one) => one.type === 'application/json') ??
    media.find((one) => isJson(one.type)) ??
    media.find((one) => one.type === '*/*');
  if (json !== undefined) return { media: json, encoding: 'json' };
  const text = media.find((one) => one.type.startsWith('text/') && !UNREAD.has(one.type));
  return text === undefined ? undefined : { media: text, encoding: 'text' };
}
