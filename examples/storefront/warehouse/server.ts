// The warehouse as a program: `node warehouse/server.ts`. PORT changes where it listens.
import { createStorefrontData } from '../data.ts';
import { portFrom, runServer } from '../run-server.ts';
import { startWarehouse } from './warehouse.ts';

const port = portFrom('PORT', 4102);
await runServer('warehouse', port, () => startWarehouse({ port, stock: createStorefrontData().stock }));
