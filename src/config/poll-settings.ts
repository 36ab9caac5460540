// The `polls` part of manifold.yaml: sources that do not tell of their changes are asked for them.
import { z } from 'zod';

const pollName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, {
  error: 'must be letters, digits, - and _, and start with a letter or a digit',
});
const milliseconds = z.number().int().positive();
const jsonata = (description: string) => z.string().min(1).describe(description);

const pollSchema = z.strictObject({
  source: z.string().min(1).describe('The source that is asked; events carry its name.'),
  type: z.string().min(1).describe('GraphQL type of the records.'),
  query: z.string().min(1).describe('A GraphQL query for one page. $page is what `nextPage` gave, $since the time from which on changes are asked for.'), // prettier-ignore
  items: jsonata('Over the answer: the records of the page.'),
  key: jsonata('Over a record: its key fields, { id: … }.').default('{ "id": id }'),
  nextPage: jsonata('Over { data, items, page }: what $page is for the next page; nothing on the last one.').optional(),
  modified: jsonata('Over a record: when it was changed, ISO 8601. With it, passes ask only for what changed $since, but for full ones.').optional(), // prettier-ignore
  deleted: jsonata('Over a record: whether it was deleted, for sources that list those too.').optional(),
  everyMs: milliseconds.default(30_000).describe('From the end of one pass to the beginning of the next.'),
  fullEveryMs: milliseconds.default(3_600_000).describe('How often everything is read, with `modified`: what is gone is only found so.'), // prettier-ignore
  overlapMs: milliseconds.default(60_000).describe('How far before the newest change that was seen the next pass begins: clocks differ, and transactions commit late.'), // prettier-ignore
  maxPagesPerMinute: z.number().int().positive().default(60),
  scopes: z.array(z.string().min(1)).default([]),
  timeoutMs: milliseconds.default(15_000),
});
export type PollSettings = z.infer<typeof pollSchema>;

/** By name. */
export const pollsSchema = z.record(pollName, pollSchema);
