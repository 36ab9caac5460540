// Server-sent events: bytes in, events out (WHATWG HTML, section 9.2). Read by the SSE stream.

export interface ServerEvent {
  /** "message" where the server names none. */
  readonly name: string;
  readonly data: string;
}

/**
 * Events of one response. Comments, ids and retry hints are skipped; an event that is cut off at the end is dropped.
 * Throws RangeError as soon as one event is longer than `maxLength` UTF-16 units.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let start = 0;
    // A carriage return at the very end may be half of a line end: it waits for the next chunk.
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      const line = text.slice(start, index);
      start = index + end.length;
      if (line === '') {
        if (data.length > 0) yield { name: name === '' ? 'message' : name, data: data.join('\n') };
        name = '';
        data = [];
        length = 0;
        continue;
      }
      length += line.length;
      if (length > maxLength) throw new RangeError('the event is too long');
      const { field, value } = readLine(line);
      if (field === 'data') data.push(value);
      else if (field === 'event') name = value;
    }
    rest = text.slice(start);
    if (length + rest.length > maxLength) throw new RangeError('the event is too long');
  }
}

/** A comment has an empty field name. */
function readLine(line: string): { field: string; value: string } {
  const colon = line.indexOf(':');
  if (colon === -1) return { field: line, value: '' };
  const value = line.slice(colon + 1);
  return { field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value };
}
