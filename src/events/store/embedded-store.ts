// State in a folder beside manifold.yaml: PostgreSQL in WebAssembly, nothing to install, one hub at a time.
import { Kysely, PGliteDialect } from 'kysely';
import type { Store, StoreTables } from '../../contract/store.ts';
import { makeEmbedded } from './make-embedded.ts';
import { openOnce } from './open-once.ts';
import { lockFolder } from './store-lock.ts';

/**
 * The buffers of a server are 128 MB, which a hub's log does not need: with these, an open store takes half the memory
 * (180 MB instead of 360).
 */
const SHARED_BUFFERS = '8MB';

/**
 * The folder is this hub's from now until `close`; the database is opened by `open`, which takes a second in which the
 * process does nothing else, and made before where there is none, which takes seven more in another process. What is
 * committed survives the end of the process at any point; PGlite does not force writes to the disk, so a machine that
 * loses power may lose the last of them. Rejects with HUB_CONFIG_STATE_IN_USE or HUB_CONFIG_INVALID.
 */
export async function createEmbeddedStore(folder: string): Promise<Store> {
  const lock = await lockFolder(folder);
  return openOnce({
    schema: 'manifold',
    connect: async () => {
      // 10 MB of WebAssembly, loaded by nobody who does not need it.
      const { PGlite } = await import('@electric-sql/pglite');
      const dataDir = await makeEmbedded(folder);
      const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`];
      return new Kysely<StoreTables>({
        dialect: new PGliteDialect({ pglite: () => PGlite.create({ dataDir, startParams }) }),
      });
    },
    release: () => lock.release(),
  });
}
