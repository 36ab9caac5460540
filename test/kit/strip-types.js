// Jest transform: TypeScript is run as Node runs it, by removing types; lines and columns stay where they are.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
