// Which files a hub is made from: what `manifold dev` watches.
import { statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import type { HubConfig } from '../config/hub-config.ts';

/** A description may consist of many files that refer to each other. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json', '.wsdl', '.xsd', '.xml', '.graphql']);

export interface WatchedPaths {
  /** Absolute; files and folders. */
  readonly paths: readonly string[];
  /** Whether a path under them is of no interest. */
  readonly ignores: (path: string, isFile: boolean) => boolean;
}

/** The configuration, the supergraph, the SDL files, and the folder of every description that is a local file. */
export function watchedPaths(config: HubConfig): WatchedPaths {
  const folders = config.sources.flatMap(({ settings: { spec } }) =>
    spec === undefined || /^https?:/i.test(spec) ? [] : [folderOf(resolve(config.folder, spec))],
  );
  const supergraph = config.supergraphFile === undefined ? [] : [config.supergraphFile];
  const roots = new Set([config.file, config.schemaFolder, ...supergraph, ...folders]);
  return {
    paths: [...roots],
    ignores: (path, isFile) => {
      if (roots.has(path)) return false;
      const name = basename(path);
      if (name === 'node_modules' || name.startsWith('.')) return true;
      return isFile && !DESCRIPTIONS.has(extname(name).toLowerCase());
    },
  };
}

/** A description may be a folder itself. */
function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
}
