import { once } from 'node:events';
import { statSync } from 'node:fs';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestHost, until } from '../support/bundle.js';
import { frame, StreamClient } from '../support/stream.js';

let host: TestHost;
let clients: StreamClient[];

beforeEach(() => {
  host = new TestHost();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await host.close();
});

function client(fd: number): StreamClient {
  const made = new StreamClient(fd);
  clients.push(made);
  return made;
}

const attachAll = { kind: 'attach', stdin: true, output: true, states: true } as const;

test('the log has both streams, line by line, with what ends without a newline', async () => {
  const container = host.container({ script: "echo one; echo two >&2; printf '\"\\\\\\t\\377end'" });
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
  const records = container.log();
  expect(records.filter(({ stream }) => stream === 'stdout').map(({ log }) => log)).toEqual([
    'one\n',
    '"\\\t\ufffdend',
  ]);
  expect(records.filter(({ stream }) => stream === 'stderr').map(({ log }) => log)).toEqual(['two\n']);
  expect(records.every(({ time }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(time))).toBe(true);
});

test('a long line is cut into records of 16 KiB', async () => {
  const container = host.container({ script: 'head -c 40000 /dev/zero | tr "\\0" x; echo' });
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
  expect(container.log().map(({ log }) => log.length)).toEqual([16_384, 16_384, 7233]);
});

test('the log is rotated by size, and the oldest file goes', async () => {
  const log = { driver: 'json-file', maxSizeBytes: 4096, maxFile: 3 } as const;
  const container = host.container({ script: 'seq 1 1000', supervise: { log } });
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
  expect(container.log().at(-1)?.log).toBe('1000\n');
  for (const number of [1, 2]) expect(statSync(container.logPath(number)).size).toBeLessThan(4096 + 200);
  const kept = [...container.log(2), ...container.log(1), ...container.log()].map((record) => Number(record.log));
  expect(kept).toEqual(kept.map((_, index) => 1000 - kept.length + 1 + index));
  expect(container.log(3)).toEqual([]);
});

test('the driver none keeps nothing', async () => {
  const container = host.container({
    script: 'echo gone',
    supervise: { log: { driver: 'none', maxSizeBytes: 0, maxFile: 1 } },
  });
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
  expect(container.log()).toEqual([]);
});

test('attached from the start: every byte, the states and the exit code', async () => {
  const container = host.container({ script: 'echo out; echo err >&2; exit 5' });
  const stream = client((await container.start({ attach: true })).streamFd);
  await stream.closed;
  expect(stream.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  expect(stream.errors).toBe('err\n');
  expect(stream.exitCodes).toEqual([5]);
  expect(stream.statuses.at(-1)).toContain('status=exited');
});

test('several clients attach to one container, and its input reaches it', async () => {
  const container = host.container({ script: 'cat; echo over', supervise: { stdinOpen: true } });
  await container.start();
  const [one, two] = [
    client((await container.control(attachAll)).streamFd),
    client((await container.control(attachAll)).streamFd),
  ];
  one.send(frame.stdin, 'hello\n');
  await until(() => expect([one.output, two.output]).toEqual(['hello\n', 'hello\n']));
  two.send(frame.stdinEof, '');
  await Promise.all([one.closed, two.closed]);
  expect(one.output).toBe('hello\nover\n');
  expect(container.logText()).toBe('hello\nover\n');
});

test('a large input arrives whole', async () => {
  const container = host.container({ script: 'sleep 0.1; wc -c', supervise: { stdinOpen: true } });
  const stream = client((await container.start({ attach: true })).streamFd);
  for (let i = 0; i < 64; i++) stream.send(frame.stdin, Buffer.alloc(65_536, 'x'));
  stream.send(frame.stdinEof, '');
  await stream.closed;
  expect(stream.output.trim()).toBe(String(64 * 65_536));
});

test('a client that reads nothing holds up neither the container nor its log', async () => {
  const container = host.container({ script: 'seq 1 200000; echo done' });
  const { streamFd } = await container.start({ attach: true });
  const asleep = new Socket({ fd: streamFd, readable: true });
  asleep.pause();
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', exitCode: 0 }));
  expect(container.log()).toHaveLength(200_001);
  asleep.destroy();
  await once(asleep, 'close');
});

test('a client that goes leaves the container running', async () => {
  const container = host.container({ script: 'while :; do echo tick; sleep 0.01; done' });
  const stream = client((await container.start({ attach: true })).streamFd);
  await until(() => expect(stream.output).toContain('tick'));
  stream.close();
  const { length } = container.log();
  await until(() => expect(container.log().length).toBeGreaterThan(length + 3));
  expect(container.status().status).toBe('running');
});

test('a terminal: one stream, its size, and input', async () => {
  const script = 'stty size; stty -echo; echo ready; read line; stty size; echo got $line';
  const container = host.container({ script, process: { terminal: true }, supervise: { stdinOpen: true } });
  const stream = client((await container.start({ attach: true })).streamFd);
  await until(() => expect(stream.output).toContain('ready'));
  stream.resize(33, 99);
  stream.send(frame.stdin, 'words\n');
  await stream.closed;
  expect(stream.output).toContain('33 99\r\ngot words\r\n');
  expect(container.logText()).toContain('got words\r\n');
});

test('exec joins the container and gives its exit code', async () => {
  const container = host.container();
  const { pid } = await container.start();
  const executed = await container.exec(['/bin/sh', '-c', 'echo in; cat; echo err >&2; exit 9']);
  const stream = client(executed.streamFd);
  await until(() => expect(stream.output).toBe('in\n'));
  expect(host.addon.namespaces(executed.pid)).toEqual(host.addon.namespaces(pid));
  expect(host.addon.cgroupUsage(container.cgroup).processes).toBeGreaterThanOrEqual(2);
  stream.send(frame.stdin, 'text\n');
  stream.send(frame.stdinEof, '');
  await stream.closed;
  expect(stream.output).toBe('in\ntext\nerr\n');
  expect(stream.errors).toBe('err\n');
  expect(stream.exitCodes).toEqual([9]);
  expect(container.log()).toEqual([]);
});

test('exec with a terminal, a size and a signal', async () => {
  const container = host.container();
  await container.start();
  const script = 'stty -echo; trap "stty size; exit 4" USR1; echo ready; while :; do sleep 0.01; done';
  const stream = client((await container.exec(['/bin/sh', '-c', script], { terminal: true })).streamFd);
  await until(() => expect(stream.output).toContain('ready'));
  stream.resize(20, 80);
  stream.signal(10);
  await stream.closed;
  expect(stream.output).toContain('20 80');
  expect(stream.exitCodes).toEqual([4]);
});

test('exec: what is not there fails, and so does a container that is not running', async () => {
  const container = host.container();
  await container.start();
  await expect(container.exec(['/bin/absent'])).rejects.toMatchObject({
    code: 'ENOENT',
    path: '/bin/absent',
    step: 'exec',
  });
  await container.control({ kind: 'pause' });
  await expect(container.exec(['/bin/true'])).rejects.toMatchObject({ code: 'EBUSY' });
  await container.stop();
  await expect(container.exec(['/bin/true'])).rejects.toMatchObject({ code: 'ESRCH' });
});

test('exec: detached it runs on alone', async () => {
  const container = host.container();
  await container.start();
  const { pid, streamFd } = await container.exec(['/bin/sleep', '600'], { detach: true });
  expect(streamFd).toBe(-1);
  expect(host.addon.namespaces(pid)).toEqual(host.addon.namespaces(container.status().pid ?? 0));
});
