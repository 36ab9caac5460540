// AssemblyScript → the module that carries what it compiles to, so that nobody who runs the hub needs the compiler.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];

/** @param file relative to the root of the project. Rejects with what the compiler says. */
export async function compileAssembly(file: string): Promise<string> {
  const folder = await mkdtemp(`${tmpdir()}/assembly-`);
  const compiler = fileURLToPath(new URL('../bin/asc.js', import.meta.resolve('assemblyscript/asc')));
  try {
    const source = fileURLToPath(new URL(`../${file}`, import.meta.url));
    await promisify(execFile)(process.execPath, [compiler, source, '--outFile', `${folder}/out.wasm`, ...FLAGS]);
    const lines = (await readFile(`${folder}/out.wasm`, 'base64')).match(/.{1,114}/g) ?? [];
    const text = lines.map((line) => `  '${line}'`).join(' +\n');
    return `// Generated from ${file} by \`npm run generate\`.\nexport const WASM =\n${text};\n`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
