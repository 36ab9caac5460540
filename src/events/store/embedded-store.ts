// State in a folder beside manifold.yaml: a SQLite file, nothing to install, one hub at a time.
import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Store, StoreTables } from '../../contract/store.ts';
import { openOnce } from './open-once.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { lockFolder } from './store-lock.ts';

/**
 * The folder is this hub's from now until `close`; the database is opened by `open`, in a few milliseconds. What is
 * committed survives the end of the process and of the machine at any point. Why SQLite: see
 * docs/decisions/0009-embedded-store.md. Rejects with HUB_CONFIG_STATE_IN_USE or HUB_CONFIG_INVALID.
 */
export async function createEmbeddedStore(folder: string): Promise<Store> {
  const lock = await lockFolder(folder);
  return openOnce({
    dialect: 'sqlite',
    schema: 'main',
    connect: () => new Kysely<StoreTables>({ dialect: createSqliteDialect(join(folder, 'store.sqlite')) }),
    release: () => lock.release(),
  });
}
