// JSONata, loaded with the first expression: most hubs have none, and its source alone is 300 KB.
import { createRequire } from 'node:module';
import type jsonata from 'jsonata';

const load = createRequire(import.meta.url);

/** As the package's own; throws what it throws, which is no Error. */
export function compileJsonata(text: string, options?: jsonata.JsonataOptions): jsonata.Expression {
  return (load('jsonata') as typeof jsonata)(text, options);
}
