// The shop as a program: `node shop/server.ts`. PORT and SHOP_KEY change where it listens and which key
// it wants; with SHOP_WEBHOOK_URL it tells of its orders there.
import { createStorefrontData } from '../data.ts';
import { DEMO_KEY, DEMO_WEBHOOK_SECRET } from '../demo-key.ts';
import { portFrom, runServer } from '../run-server.ts';
import { startShop } from './shop.ts';

const port = portFrom('PORT', 4101);
const webhookUrl = process.env.SHOP_WEBHOOK_URL ?? '';
await runServer('shop', port, () =>
  startShop({
    port,
    apiKey: process.env.SHOP_KEY ?? DEMO_KEY,
    data: createStorefrontData(),
    ...(webhookUrl === ''
      ? {}
      : { webhooks: { url: webhookUrl, secret: process.env.SHOP_WEBHOOK_SECRET ?? DEMO_WEBHOOK_SECRET } }),
  }),
);
