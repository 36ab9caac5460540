// AssemblyScript → the module that carries what it compiles to, so that nobody who runs the hub needs the compiler.
import { main } from 'assemblyscript/asc';

const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];

/** @param file relative to the root of the project. Throws what the compiler says. */
export async function compileAssembly(file: string): Promise<string> {
  let compiled: Uint8Array | undefined;
  const { error, stderr } = await main([file, '--outFile', 'out.wasm', ...FLAGS], {
    writeFile: (_name, contents) => void (compiled = contents as Uint8Array),
  });
  if (error !== null || compiled === undefined)
    throw new Error(`${file}: ${error?.message ?? ''}\n${stderr.toString()}`);
  const text = Buffer.from(compiled)
    .toString('base64')
    .replace(/.{1,118}/g, "  '$&' +\n")
    .slice(0, -3);
  return `// Generated from ${file} by \`npm run generate\`.\nexport const WASM =\n${text};\n`;
}
