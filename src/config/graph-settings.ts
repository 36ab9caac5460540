// The `graph` part of manifold.yaml: how the graph is planned. Read by the configuration, used by graph.
import { z } from 'zod';

export const graphSettingsSchema = z.strictObject({
  /** Labels of `@override(from:, label:)` that hold: their fields have moved. `percent(x)` labels decide for themselves. */
  overrideLabels: z.array(z.string().min(1)).default([]),
});
