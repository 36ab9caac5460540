// The text of an event stream that has ended → its events, as OpenAPI 3.2 describes them ("Server-Sent Event Streams").

export interface StreamedEvent {
  readonly event?: string;
  readonly data: string;
  readonly id?: string;
  readonly retry?: number;
}

/** In order; what has no data is no event (HTML, section 9.2.6). The last one needs no empty line behind it. */
export function parseEvents(text: string): StreamedEvent[] {
  const blocks = text
    .replace(/^\ufeff/, '')
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const data: string[] = [];
    const rest: { event?: string; id?: string; retry?: number } = {};
    for (const line of block.split('\n')) {
      const [, name = line, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (name === 'data') data.push(value);
      else if (name === 'event' || name === 'id') rest[name] = value;
      else if (name === 'retry' && /^\d+$/.test(value)) rest.retry = Number(value);
    }
    return data.length === 0 ? [] : [{ ...rest, data: data.join('\n') }];
  });
}
