import { describe, expect, it } from 'vitest';
import { formatBytes, formatCpus, formatDuration, parseBytes, parseCpus, parseDuration } from '../../src/units.js';

describe('parseBytes', () => {
  it.each<[string, number | null]>([
    ['0', 0],
    ['1', 1],
    ['7b', 7],
    ['2k', 2048],
    ['2kb', 2048],
    ['2K', 2048],
    ['2KiB', 2048],
    ['64 MiB', 64 * 1024 ** 2],
    ['1.5gb', 1.5 * 1024 ** 3],
    ['.5g', 512 * 1024 ** 2],
    ['1.g', 1024 ** 3],
    ['1t', 1024 ** 4],
    ['1p', 1024 ** 5],
    ['0.0001k', 0],
    ['1e3', 1000],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', null],
    ['8p', null],
    ['1e400', null],
    ['', null],
    ['m', null],
    ['-1', null],
    ['1 m b', null],
    ['1mm', null],
    ['1,5g', null],
    ['0x10', null],
    ['12x', null],
  ])('%j', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });

  it.each([0, 1, 1000, 1024, 1536, 512 * 1024 ** 2, 1024 ** 5, 9007199254740991])(
    'parses what it prints: %d',
    (bytes) => {
      expect(parseBytes(formatBytes(bytes))).toBe(bytes);
    },
  );
});

describe('parseDuration', () => {
  it.each<[string, number | null]>([
    ['0', 0],
    ['0s', 0],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1h2m3s4ms', 3_723_004],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1us', 1],
    ['1500us', 2],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['10', null],
    ['', null],
    ['s', null],
    ['-1s', null],
    ['1 s', null],
    ['1S', null],
    ['1s1', null],
    ['99999999999999w', null],
  ])('%j', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([0, 1, 999, 1000, 90_000, 3_661_500, 172_800_000])('parses what it prints: %d', (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });
});

describe('parseCpus', () => {
  it.each<[string, number | null]>([
    ['0', 0],
    ['2', 2],
    ['0.5', 0.5],
    ['.25', 0.25],
    ['1.', 1],
    ['-1', null],
    ['1e2', null],
    ['', null],
    ['half', null],
  ])('%j', (text, expected) => {
    expect(parseCpus(text)).toBe(expected);
  });

  it.each([0.01, 0.5, 1, 1.5, 64])('parses what it prints: %d', (cpus) => {
    expect(parseCpus(formatCpus(cpus))).toBe(cpus);
  });
});
