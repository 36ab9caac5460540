// Keeps two hubs from one embedded store: a lock of the operating system that is gone with its process, however that ends.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HubFault } from '../../faults/hub-fault.ts';

export interface StoreLock {
  /** Twice is safe. */
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * The lock is one that SQLite takes on a file of its own: Node has no other way to a lock of the operating system, and a
 * file with a process id in it is wrong after a crash, in containers and on shared volumes. Makes the folder.
 * Rejects with HUB_CONFIG_STATE_IN_USE, or HUB_CONFIG_INVALID where the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<StoreLock> {
  let database: DatabaseSync | undefined;
  try {
    await mkdir(folder, { recursive: true });
    database = new DatabaseSync(join(folder, 'lock'));
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (thrown) {
    database?.close();
    if (isBusy(thrown)) {
      throw new HubFault(
        'HUB_CONFIG_STATE_IN_USE',
        `${folder} is in use by another hub: stop it, give this one a folder of its own, or let both use PostgreSQL (state.store.postgres.url)`,
        { cause: thrown },
      );
    }
    throw new HubFault('HUB_CONFIG_INVALID', `${folder} cannot be written, and state.store: embedded lives there`, {
      cause: thrown,
    });
  }
  const held = database;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}

function isBusy(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'errcode' in thrown && thrown.errcode === SQLITE_BUSY;
}
