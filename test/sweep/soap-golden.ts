// Runs request and response samples of the node-soap project through a soap source: the arguments in, the XML that goes out
// and the data that comes back compared by meaning. Not part of `npm test`; test/unit/subgraphs/soap/golden.test.ts holds
// those that the repository keeps.
//
//   node test/sweep/soap-golden.ts /some/folder [--match text] [--show]
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runSample } from '../kit/golden-sample.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { match: { type: 'string', default: '' }, show: { type: 'boolean', default: false } },
});
const folder = resolve(positionals[0] ?? '.');
const samples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name.includes(values.match))
  .map(({ name }) => name);
let requests = 0;
let answers = 0;
for (const sample of samples) {
  const outcome = await runSample(resolve(folder, sample)).catch((error: unknown) => ({
    request: String(error).slice(0, 600),
    answer: 'not asked',
  }));
  if (outcome.request === 'equal') requests += 1;
  if (outcome.answer === 'equal') answers += 1;
  console.log(`${sample}\n  request: ${outcome.request}\n  answer:  ${outcome.answer}`);
}
console.log(`${requests} of ${samples.length} requests, ${answers} of ${samples.length} answers`);
