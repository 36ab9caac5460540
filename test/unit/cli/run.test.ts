import { describe, expect, it } from '@jest/globals';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { fakeCli } from '../../kit/cli.ts';

const YAML = 'sources: { shop: { kind: rest } }';
const COMMANDS = ['dev', 'serve', 'import', 'compose', 'plan', 'check'];

describe('manifold', () => {
  it('prints its version on stdout', async () => {
    const cli = fakeCli();
    expect(await cli.run('--version')).toBe(0);
    expect(cli.stdout.join('')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lists every command in its help', async () => {
    const cli = fakeCli();
    expect(await cli.run('--help')).toBe(0);
    for (const command of COMMANDS) expect(cli.stdout.join('')).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(cli.stderr).toEqual([]);
  });

  it.each(COMMANDS)('explains %s with examples', async (command) => {
    const cli = fakeCli();
    expect(await cli.run(command, '--help')).toBe(0);
    const help = cli.stdout.join('');
    expect(help).toMatch(new RegExp(`^Usage: manifold ${command}`));
    expect(help).toMatch(new RegExp(`Examples:\n  .*manifold ${command}`));
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['nope']],
    ['an unknown option', ['serve', '--nope']],
    ['an argument too many', ['compose', 'x']],
    ['a missing argument', ['plan']],
    ['a port that is none', ['serve', '--port', '65536']],
    ['--kind without --spec', ['import', '--kind', 'wsdl']],
    ['--spec without --kind', ['import', '--spec', 'x']],
    ['a kind that cannot be imported', ['import', '--kind', 'grpc', '--spec', 'x']],
    ['a source beside --spec', ['import', 'shop', '--kind', 'wsdl', '--spec', 'x']],
  ])('exits with 2 on %s and keeps stdout clean', async (_what, args) => {
    const cli = fakeCli();
    expect(await cli.run(...args)).toBe(2);
    expect(cli.stdout).toEqual([]);
    expect(cli.stderr.join('')).not.toBe('');
  });

  it('exits with 1 and one message without a stack where the input is wrong', async () => {
    const cli = fakeCli();
    expect(await cli.run('compose', '--config', '/nowhere.yaml')).toBe(1);
    expect(cli.stdout).toEqual([]);
    expect(cli.stderr).toEqual([expect.stringMatching(/^manifold: \/nowhere\.yaml: there is no such file/)]);
  });

  it('lists the problems of a fault line by line', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': 'nam: x\nsources: { shop: { kind: nope } }' });
    const cli = fakeCli();
    expect(await cli.run('compose', '-c', folder.path)).toBe(1);
    expect(cli.stderr).toHaveLength(3);
    expect(cli.stderr[0]).toBe('manifold: 2 problems');
    expect(cli.stderr[1]).toMatch(/manifold\.yaml:1:1 nam: unknown key/);
  });

  it('shows the stack of what nobody expected with --verbose only', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const composeGraph = () => Promise.reject(new TypeError('x is undefined'));
    const quiet = fakeCli({ hub: { composeGraph } });
    expect(await quiet.run('compose', '-c', folder.path)).toBe(1);
    expect(quiet.stderr.join('\n')).not.toMatch(/^ +at /m);
    expect(quiet.stderr.join('\n')).toContain('--verbose');
    const verbose = fakeCli({ hub: { composeGraph } });
    expect(await verbose.run('compose', '-c', folder.path, '--verbose')).toBe(1);
    expect(verbose.stderr.join('\n')).toMatch(/TypeError: x is undefined\n +at /);
  });

  it('shows no stack for a fault of composition', async () => {
    await using folder = await temporaryFolder({ 'manifold.yaml': YAML });
    const composeGraph = () => Promise.reject(new HubFault('HUB_COMPOSE_INVALID', 'Order.id clashes'));
    const cli = fakeCli({ hub: { composeGraph } });
    expect(await cli.run('compose', '-c', folder.path)).toBe(1);
    expect(cli.stderr).toEqual(['manifold: Order.id clashes']);
  });
});
