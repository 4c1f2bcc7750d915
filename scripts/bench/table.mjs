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

export const tableHead = line(['figure', 'Berth', 'against', 'ratio', 'target', '']) + line(Array(6).fill('---'));

/** @param {Figure} figure */
export function tableRow({ name, value, against = '', ratio, target = '', met }) {
  const verdict = met === undefined ? '' : met ? 'met' : 'missed';
  return line([name, value, against, ratio === undefined ? '' : ratio.toFixed(2), target, verdict]);
}

function line(cells) {
  return `| ${cells.join(' | ')} |\n`;
}
