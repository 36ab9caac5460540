// State in PostgreSQL: any number of hubs share it.
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types, type CustomTypesConfig } from 'pg';
import type { Store, StoreTables } from '../../contract/store.ts';
import { openOnce } from './open-once.ts';

export interface PostgresStoreOptions {
  readonly url: string;
  /** Made where it does not exist. */
  readonly schema: string;
  /** Most connections at once. Default 10. */
  readonly maxConnections?: number;
}

/** How long a connection and a statement may take before the database counts as down. */
const CONNECT_MS = 3_000;
const STATEMENT_MS = 10_000;

/** Positions and instants are far below what a number can hold, so `bigint` is one. */
const NUMBERS: CustomTypesConfig = {
  getTypeParser: (oid: Parameters<CustomTypesConfig['getTypeParser']>[0], format?: 'text' | 'binary'): unknown =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
};

/** Nothing is connected before `open`. A connection that breaks is replaced by the next statement. */
export function createPostgresStore({ url, schema, maxConnections = 10 }: PostgresStoreOptions): Store {
  return openOnce({
    dialect: 'postgres',
    schema,
    connect: () => {
      const pool = new Pool({
        connectionString: url,
        max: maxConnections,
        application_name: 'manifold',
        connectionTimeoutMillis: CONNECT_MS,
        statement_timeout: STATEMENT_MS,
        // A database that is gone without a word answers nothing at all.
        query_timeout: STATEMENT_MS + CONNECT_MS,
        keepAlive: true,
        types: NUMBERS,
      });
      // A connection that breaks is reported twice: by the pool while it is idle, by itself while it is in use. Where
      // nobody listens, either would end the process; the statement that was under way fails on its own.
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      return new Kysely<StoreTables>({ dialect: new PostgresDialect({ pool }) });
    },
    release: () => undefined,
  });
}
