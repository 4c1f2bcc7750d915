import { describe, expect, it } from 'vitest';
import { humanDuration, parseDuration, parseMoment, parseSeconds } from '../../../src/cli/time.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('parseMoment', () => {
  it.each([
    ['10m', '2026-03-01T11:50:00.000Z'],
    ['1h30m', '2026-03-01T10:30:00.000Z'],
    ['2d', '2026-02-27T12:00:00.000Z'],
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['1767225600.5', '2026-01-01T00:00:00.500Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.678+02:00', '2026-01-02T01:04:05.678Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseMoment('--since', text, NOW)).toISOString()).toBe(expected);
  });

  it('takes a time without a zone as local', () => {
    expect(parseMoment('--since', '2026-01-02', NOW)).toBe(new Date('2026-01-02T00:00:00').getTime());
    expect(parseMoment('--since', '2026-01-02T03:04', NOW)).toBe(new Date('2026-01-02T03:04:00').getTime());
  });

  it.each(['', 'yesterday', '10x', '2026-13-01T00:00:00Z', '-5m'])('refuses %j', (text) => {
    expect(() => parseMoment('--since', text, NOW)).toThrow(/--since: '.*' is no time/);
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1m1ms', 60_001],
    ['10', null],
    ['m', null],
  ])('%s is %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('parseSeconds', () => {
  it.each([
    ['0', 0],
    ['1.5', 1500],
  ])('%s is %i ms', (text, expected) => {
    expect(parseSeconds(text)).toBe(expected);
  });

  it.each(['', '-1', 'ten'])('refuses %j', (text) => {
    expect(() => parseSeconds(text)).toThrow(/is no number of seconds/);
  });
});

describe('humanDuration', () => {
  it.each([
    [999, 'Less than a second'],
    [1000, '1 second'],
    [59_000, '59 seconds'],
    [60_000, 'About a minute'],
    [300_000, '5 minutes'],
    [3_600_000, 'About an hour'],
    [2 * 3_600_000, '2 hours'],
    [72 * 3_600_000, '3 days'],
    [21 * 24 * 3_600_000, '3 weeks'],
    [90 * 24 * 3_600_000, '3 months'],
    [800 * 24 * 3_600_000, '2 years'],
  ])('%i ms is %s', (ms, expected) => {
    expect(humanDuration(ms)).toBe(expected);
  });
});
