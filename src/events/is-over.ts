// Whether an instant that a row waits for is over, by a clock that somebody may set. Used by what claims rows.
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/**
 * In the past; or further ahead than anybody ever sets it, so that it was written before the clock was set back. Clocks
 * of hubs may differ by `longestMs`.
 */
export function isOver(column: string, now: number, longestMs: number): RawBuilder<SqlBool> {
  return sql`(${sql.ref(column)} <= ${now} or ${sql.ref(column)} > ${now + 2 * longestMs})`;
}
