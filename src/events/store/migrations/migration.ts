// What a migration is given: a transaction, and the words in which the two databases differ.
import type { RawBuilder, Transaction } from 'kysely';
import type { StoreDialect } from '../../../contract/store.ts';

export interface MigrationSql {
  readonly dialect: StoreDialect;
  /** The table's name with its schema. */
  readonly table: (name: string) => RawBuilder<unknown>;
  /** The same, after the `on` of `create index`. */
  readonly indexed: (name: string) => RawBuilder<unknown>;
  /** A whole number of 64 bits; as the primary key of SQLite it must be called so. */
  readonly integer: RawBuilder<unknown>;
  readonly bytes: RawBuilder<unknown>;
}

export type Migration = (db: Transaction<unknown>, words: MigrationSql) => Promise<void>;
