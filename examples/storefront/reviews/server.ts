// The reviews service as a program: `node reviews/server.ts`. PORT changes where it listens.
import { createStorefrontData } from '../data.ts';
import { portFrom, runServer } from '../run-server.ts';
import { startReviews } from './reviews.ts';

const port = portFrom('PORT', 4103);
await runServer('reviews', port, () => startReviews({ port, products: createStorefrontData().products }));
