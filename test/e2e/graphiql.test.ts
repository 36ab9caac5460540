// GraphiQL in a real browser that reaches nothing but this machine. Needs Debian's chromium; in CI it must be there.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { QUERY } from '../../examples/storefront/overview.ts';
import { ask } from '../kit/ask.ts';
import { startStorefront, type Storefront } from '../kit/storefront.ts';

const CHROMIUM = '/usr/bin/chromium';
const runs = existsSync(CHROMIUM) || process.env.CI === 'true';
if (!runs) process.stderr.write(`GraphiQL is not tested: there is no ${CHROMIUM} (apt-get install chromium)\n`);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

(runs ? describe : describe.skip)('GraphiQL', () => {
  const started = new AsyncDisposableStack();
  let storefront: Storefront;
  let browser: Browser;

  beforeAll(async () => {
    storefront = await startStorefront();
    started.defer(() => storefront.stop());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    started.defer(() => browser.close());
  }, 120_000);
  afterAll(() => started.disposeAsync(), 60_000);

  /** A page, and what went wrong in it: errors on its console, and requests to anywhere else. */
  async function open(path = '/'): Promise<{ readonly page: Page; readonly wrong: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    const wrong: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => wrong.push(`page: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      const own = url.protocol === 'blob:' || url.protocol === 'data:' || url.origin === storefront.hub.url;
      if (!own) wrong.push(`request: ${request.url()}`);
    });
    await page.goto(new URL(path, storefront.hub.url).href);
    return { page, wrong };
  }

  const run = (page: Page): Promise<void> => page.getByRole('button', { name: /execute query/i }).click();

  /** Waits until the result pane shows the text. The editor writes spaces that do not break. */
  async function shows(page: Page, text: string): Promise<void> {
    const pane = page.getByRole('region', { name: /result window/i });
    await pane.filter({ hasText: text }).waitFor({ timeout: 20_000 });
  }

  const placeOrder = (): Promise<unknown> =>
    ask(
      storefront.hub.url,
      'mutation { createOrder(input: { customerId: "C-1001", items: [{ productId: "P-1001", quantity: 1 }] }) { id } }',
    );

  it('runs a query that is pasted into it and shows the answer', async () => {
    const { data } = await ask(storefront.hub.url, QUERY);
    const { page, wrong } = await open();
    await page.locator('.graphiql-editor').first().click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(QUERY);
    await run(page);
    const [order] = data.orders;
    for (const text of [order.id, order.customer.name, order.items[0].product.name]) await shows(page, `"${text}"`);
    expect(wrong).toEqual([]);
    await page.close();
  }, 60_000);

  it('opens with a query that every hub can answer', async () => {
    const { page, wrong } = await open();
    await run(page);
    await shows(page, '"storefront"');
    await shows(page, '"warehouse"');
    expect(wrong).toEqual([]);
    await page.close();
  }, 60_000);

  it('shows events as they come', async () => {
    const subscription = 'subscription { orderChanged { operation entity { status customer { name } } } }';
    const { page, wrong } = await open(`/?query=${encodeURIComponent(subscription)}`);
    const subscribed = new Promise<void>((resolve) => {
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          if (String(payload).includes('"subscribe"')) resolve();
        }),
      );
    });
    await run(page);
    await subscribed;
    // Nothing tells a client that its subscription has begun, so an order is placed until one is seen.
    const seen = shows(page, '"CREATED"').then(() => true);
    while (!(await Promise.race([seen, placeOrder().then(() => false)])));
    expect(wrong).toEqual([]);
    await page.close();
  }, 60_000);
});
