#!/usr/bin/env node
// Runs the hub from its sources in a checkout, from dist/ where it was built and installed.
import { existsSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `manifold: this needs Node ${NEEDED.join('.')} or later; this is Node ${process.versions.node} (${process.execPath})`,
  );
  process.exit(1);
}

// A gateway's garbage dies young and its live heap is small: V8 would rather let the heap grow to many times of that,
// and glibc keeps an arena of freed memory for each of V8's threads. Both can only be told when a process starts, so a
// server replaces itself once. Where it cannot (or would lose the channel to its parent), only memory and speed are lost.
// Little survives a young collection, so one thread does it: with several it waits for those that have no core. What
// survives a burst while V8 warms up would be allocated old from then on, and only full collections free that. And code
// goes straight from V8's first compiler to its last, sooner than by default: compiling it twice takes the cores from what
// the slowest requests wait for. docs/performance.md has the figures.
// An import keeps most of what it makes until its end: of all that, it only needs that the young generation stays small.
const runs = (...commands) => process.argv.some((argument) => commands.includes(argument));
const serves = runs('serve', 'dev');
if (
  (serves || runs('import', 'diff')) &&
  process.execve !== undefined &&
  process.channel === undefined &&
  !process.execArgv.some((flag) => flag.includes('semi-space'))
) {
  const script = fileURLToPath(import.meta.url);
  const v8 = JSON.parse(readFileSync(new URL('v8.json', import.meta.url), 'utf8'));
  const flags = serves ? v8.flags : v8.flags.filter((flag) => flag.includes('semi-space'));
  const args = [...process.execArgv, ...flags, '--disable-warning=ExperimentalWarning', script];
  const env = { ...(serves ? v8.env : {}), ...process.env };
  process.execve(process.execPath, [process.execPath, ...args, ...process.argv.slice(2)], env);
}

// What was compiled (and stripped of its types) at the last start need not be compiled again.
enableCompileCache();

const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
