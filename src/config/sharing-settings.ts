// The `sharing` part of manifold.yaml: what requests have in common is fetched and answered once. Read by the
// configuration; each switch is handed to the room that shares.
import { z } from 'zod';

export const sharingSettingsSchema = z.strictObject({
  /** Identical queries of callers who may see the same run once while they are in flight, and get one answer. */
  operations: z.boolean().default(true),
  /** Identical reads of a source are one call while they are in flight, where the source's `shareInFlight` agrees. */
  calls: z.boolean().default(true),
  /** Within a request, records that a list waits for are looked up together, each once. */
  lookups: z.boolean().default(true),
  /** Answers are kept over time, where a source has a `cache`. */
  cache: z.boolean().default(true),
});
