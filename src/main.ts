// The process: arguments → command → exit code. Started by bin/manifold.js.
import { text } from 'node:stream/consumers';
import { run } from './cli/run.ts';

// A reader that has enough (`manifold compose | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await run(process.argv.slice(2), {
  env: process.env,
  out: (output) => void process.stdout.write(output),
  say: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
  clock: {
    now: () => performance.now(),
    after: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  },
  hub: () => import('./compose.ts'),
  onSignal: (listener) => {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  exitNow: (now) => process.exit(now),
});
// Pooled connections may still be open; what was written must be out before the end.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
