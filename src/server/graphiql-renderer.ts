// Renders GraphiQL in a process of its own: the nine megabytes of its sources, several times over while it is rendered, are
// gone with the process, and what stays in the hub is one compressed buffer. Started by graphiql-page.ts.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

export interface GraphiqlInput {
  readonly title: string;
  readonly endpoint: string;
  readonly defaultQuery?: string;
}

export interface GraphiqlOutput {
  /** The page, gzipped. */
  readonly gzipped: Uint8Array;
  /** Base64 SHA-256 of the page's inline script, for its Content-Security-Policy. */
  readonly scriptHash: string;
  readonly etag: string;
}

/** Three lines that become one. */
const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="28" height="28" fill="none" stroke="#4f46e5" ' +
  'stroke-width="3" stroke-linecap="round"><path d="M4 6c10 0 8 10 18 10M4 26c10 0 8-10 18-10M4 16h18"/>' +
  '<circle cx="26" cy="16" r="3.5" fill="#4f46e5" stroke="none"/></svg>';

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The renderer writes the title into HTML and all options into a script, neither of them escaped. */
function render(input: GraphiqlInput): string {
  const options = {
    ...input,
    title: input.title.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? ''),
    subscriptionsProtocol: 'WS' as const,
    logo: MARK,
    favicon: `data:image/svg+xml,${encodeURIComponent(MARK)}`,
  };
  const page = renderGraphiQL(options).replaceAll('\r\n', '\n');
  const written = JSON.stringify(options);
  const at = page.lastIndexOf(written);
  if (at < 0) throw new Error('the GraphiQL page does not hold its options where they are expected');
  return page.slice(0, at) + written.replaceAll('<', '\\u003c') + page.slice(at + written.length);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

const page = render(JSON.parse(process.argv[2] ?? '{}') as GraphiqlInput);
const opening = page.indexOf('<script>', page.indexOf('<div id="root">')) + '<script>'.length;
const output: GraphiqlOutput = {
  gzipped: gzipSync(page),
  scriptHash: sha256(page.slice(opening, page.lastIndexOf('</script>'))),
  etag: `"${sha256(page)}"`,
};
process.send?.(output, () => process.disconnect());
