// The hub's logger: pino, JSON lines on stderr, secrets redacted by key.
import pino from 'pino';

export type Logger = pino.Logger;

const SECRET_KEYS = ['authorization', 'cookie', 'password', 'token', 'secret', 'clientSecret', 'apiKey', 'value'];

/** stdout is kept for machine output of commands, so logs go to stderr. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[secret]' },
      base: null,
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
