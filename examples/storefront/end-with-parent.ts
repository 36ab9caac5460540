// Preloaded into every program that start.ts starts (`node --import`): when start.ts is gone, however it went,
// its IPC channel closes, and the program stops as if it had been told to.

const GRACE_MS = 15_000;

process.once('disconnect', () => {
  // Nobody reads what is still written; that must not be what ends the program.
  process.stderr.on('error', () => undefined);
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// The channel alone does not keep a program alive that has nothing else to do.
process.channel?.unref();
