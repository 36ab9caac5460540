import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHub, type StartedHub } from './start-hub.ts';

const TITLE = 'Shop <b>&</b> "Co"';
const QUERY = '{ hello } # </script><script>alert(1)</script>';

describe('GraphiQL', () => {
  let hub: StartedHub;
  beforeAll(async () => {
    hub = await startHub({ graphiql: { title: TITLE, query: QUERY } });
    // Nine megabytes are rendered and compressed at the first request: a second of work, more on a busy machine.
    await open();
  }, 120_000);
  afterAll(() => hub.close());

  const open = async (headers: Record<string, string> = {}) => {
    const response = await fetch(hub.url, { headers });
    return { response, html: await response.text() };
  };

  it('is a page that holds all it needs', async () => {
    const { response, html } = await open();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(html).toContain('"endpoint":"/graphql"');
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
  });

  it('escapes the title and the query', async () => {
    const { html } = await open();
    expect(html).toContain('<title>Shop &lt;b&gt;&amp;&lt;/b&gt; &quot;Co&quot;</title>');
    expect(html).not.toContain('alert(1)</script>');
    expect(html).toContain('\\u003c/script>\\u003cscript>alert(1)');
  });

  it('lets only its own script run', async () => {
    const { response, html } = await open();
    const policy = response.headers.get('content-security-policy') ?? '';
    const start = html.indexOf('<script>', html.indexOf('<div id="root">')) + '<script>'.length;
    const script = html.slice(start, html.indexOf('</script>', start));
    expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}' blob:;`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:/);
  });

  it('is not sent again to who has it', async () => {
    const etag = (await open()).response.headers.get('etag') ?? '';
    const again = await open({ 'if-none-match': etag });
    expect(again.response.status).toBe(304);
    expect(again.html).toBe('');
  });

  it('is sent as it is to who cannot unpack it', async () => {
    const plain = await open({ 'accept-encoding': 'identity' });
    expect(plain.response.headers.get('content-encoding')).toBeNull();
    expect(plain.html).toBe((await open()).html);
  });

  it('is not there where it is switched off', async () => {
    const other = await startHub({}, { graphiql: false });
    expect((await fetch(other.url)).status).toBe(404);
    await other.close();
  });
});
