// The SQLite that is built into Node, as kysely wants one. Made by embedded-store.ts.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** Statements of the hub are few, and the same all the time; those whose text depends on what is looked for give way. */
const MAX_STATEMENTS = 200;

type Parameter = null | number | bigint | string | Uint8Array;

/** `file` is made where it does not exist. Throws what SQLite throws where it cannot be opened. */
export function createSqliteDialect(file: string): SqliteDialect {
  const database = new DatabaseSync(file);
  // Each commit is on the disk before it is acknowledged: FULL also holds where the machine loses power.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
  const statements = new Map<string, StatementSync>();

  function prepare(text: string): StatementSync {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const [oldest] = statements.keys();
    if (statements.size >= MAX_STATEMENTS && oldest !== undefined) statements.delete(oldest);
    const statement = database.prepare(text);
    statements.set(text, statement);
    return statement;
  }

  return new SqliteDialect({
    database: {
      close: () => {
        statements.clear();
        database.close();
      },
      prepare: (text) => {
        const statement = prepare(text);
        const given = (parameters: readonly unknown[]): Parameter[] => parameters as Parameter[];
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...given(parameters)),
          run: (parameters) => statement.run(...given(parameters)),
          iterate: (parameters) => statement.iterate(...given(parameters)),
        };
      },
    },
  });
}
