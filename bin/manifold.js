#!/usr/bin/env node
// Runs the hub from its sources in a checkout, from dist/ where it was built and installed.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

const NEEDED = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `manifold: this needs Node ${NEEDED.join('.')} or later; this is Node ${process.versions.node} (${process.execPath})`,
  );
  process.exit(1);
}

// What was compiled (and stripped of its types) at the last start need not be compiled again.
enableCompileCache();

const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
