// The `sync` part of manifold.yaml: rules that bring one system into step when a record changes in another.
import { z } from 'zod';

const ruleName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, {
  error: 'must be letters, digits, - and _, and start with a letter or a digit',
});
const milliseconds = z.number().int().positive();

const ruleSchema = z.strictObject({
  on: z
    .strictObject({
      type: z.string().min(1).describe('GraphQL type of the entity that changed.'),
      source: z.string().min(1).optional(),
      operations: z
        .array(z.enum(['CREATED', 'UPDATED', 'DELETED', 'CUSTOM']))
        .min(1)
        .optional(),
      when: z.string().min(1).optional().describe('JSONata over the event; the rule is for those where it is true.'),
    })
    .describe('Which events the rule is for.'),
  query: z.string().min(1).optional().describe('A GraphQL query for what is needed besides the event.'),
  variables: z.string().min(1).default('key').describe('JSONata over the event: the variables of `query`.'),
  apply: z.string().min(1).describe('The GraphQL mutation that brings the other system into step.'),
  input: z
    .string()
    .min(1)
    .describe(
      'JSONata over { event, data }, data being what `query` brought: the variables of `apply`, or a list of them, each applied in turn; nothing where there is nothing to do.',
    ),
  conflict: z
    .union([
      z.literal('override'),
      z.strictObject({
        ignoreIfModifiedAfter: z
          .string()
          .min(1)
          .describe(
            'JSONata over { event, data }: when the other system was changed last; the rule does nothing where that is later than the event.',
          ),
      }),
    ])
    .default('override'),
  scopes: z
    .array(z.string().min(1))
    .default([])
    .describe('What the rule may, where fields of the graph ask for scopes.'),
  timeoutMs: milliseconds.default(15_000).describe('How long `query` and `apply` may take, each.'),
  retry: z
    .strictObject({
      attempts: z.number().int().positive().default(8),
      backoffMs: milliseconds.default(500).describe('Before the second attempt; doubled for each further one.'),
      maxBackoffMs: milliseconds.default(60_000),
    })
    .prefault({}),
});
export type SyncRuleSettings = z.infer<typeof ruleSchema>;

/** By name. */
export const syncSchema = z.record(ruleName, ruleSchema);
