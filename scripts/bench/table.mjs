// The result: one line a figure, with what it is compared with and the target where there is one.

/** @typedef {{ name: string, value: string, against?: string, ratio?: number, target?: string, met?: boolean }} Figure */

export function ms(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
}

/** A figure that is to stay below `limit` times what it is compared with. */
export function atMost(name, valueMs, otherName, otherMs, limit) {
  const ratio = valueMs / otherMs;
  return {
    name,
    value: ms(valueMs),
    against: `${otherName} ${ms(otherMs)}`,
    ratio,
    target: `≤ ${limit}`,
    met: ratio <= limit,
  };
}

/** A figure that is to be at least `times` as fast as what it is compared with. */
export function fasterBy(name, valueMs, otherName, otherMs, times) {
  const ratio = otherMs / valueMs;
  return {
    name,
    value: ms(valueMs),
    against: `${otherName} ${ms(otherMs)}`,
    ratio,
    target: `≥ ${times}× as fast`,
    met: ratio >= times,
  };
}

export function plain(name, value, against = '') {
  return { name, value, against };
}

/** @param {readonly Figure[]} figures */
export function toMarkdown(figures) {
  const rows = figures.map(({ name, value, against = '', ratio, target = '', met }) => [
    name,
    value,
    against,
    ratio === undefined ? '' : ratio.toFixed(2),
    target,
    met === undefined ? '' : met ? 'met' : 'missed',
  ]);
  const header = ['figure', 'Berth', 'against', 'ratio', 'target', ''];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
