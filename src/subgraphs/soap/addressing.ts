// WS-Addressing 1.0 headers of a request (Core, section 3.1; SOAP Binding, section 2). Called by the SOAP writer.
import { randomUUID } from 'node:crypto';
import { escapeText } from './xml-text.ts';

const WSA = 'http://www.w3.org/2005/08/addressing';

/** Replies come back on the connection, which is what the anonymous address says. */
export function addressingHeaders(action: string, to: string): string {
  return (
    `<wsa:Action xmlns:wsa="${WSA}">${escapeText(action)}</wsa:Action>` +
    `<wsa:To xmlns:wsa="${WSA}">${escapeText(to)}</wsa:To>` +
    `<wsa:MessageID xmlns:wsa="${WSA}">urn:uuid:${randomUUID()}</wsa:MessageID>` +
    `<wsa:ReplyTo xmlns:wsa="${WSA}"><wsa:Address>${WSA}/anonymous</wsa:Address></wsa:ReplyTo>`
  );
}
