// The shop as a program: `node shop/server.ts`. PORT and SHOP_KEY change where it listens and which key it wants.
import { createStorefrontData } from '../data.ts';
import { DEMO_KEY } from '../demo-key.ts';
import { portFrom, runServer } from '../run-server.ts';
import { startShop } from './shop.ts';

const port = portFrom('PORT', 4101);
await runServer('shop', port, () =>
  startShop({ port, apiKey: process.env.SHOP_KEY ?? DEMO_KEY, data: createStorefrontData() }),
);
