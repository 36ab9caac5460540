// Writes what is derived from code and committed: documents, schemas, and what assembly/ compiles to.
// With --check it writes nothing and fails where a file is not what would be written.
import { readFile, writeFile } from 'node:fs/promises';
import { KINDS } from '../src/compose.ts';
import { configJsonSchema } from '../src/config/config-json-schema.ts';
import { compileAssembly } from './compile-assembly.ts';
import { errorsDocument } from './errors-document.ts';

const generated = {
  'docs/errors.md': errorsDocument(),
  'schema/manifold.schema.json': `${JSON.stringify(configJsonSchema(KINDS), null, 2)}\n`,
  'src/transport/json-text.generated.ts': await compileAssembly('assembly/json-text.ts'),
};

const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(generated)) {
  const file = new URL(`../${name}`, import.meta.url);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
  if (check) {
    process.stderr.write(`${name} is out of date; run: npm run generate\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    process.stderr.write(`${name} written\n`);
  }
}
