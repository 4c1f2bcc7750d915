// The result: one line a figure, with what it is compared with and the target where there is one.

/** @typedef {{ name: string, value: string, against?: string, ratio?: string, target?: string, met?: boolean }} Figure */
/** @typedef {{ name: string, ms: number, stopped?: boolean }} Rival `stopped`: it took longer than `ms` */

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
    ratio: ratio.toFixed(2),
    target: `≤ ${limit}`,
    met: ratio <= limit,
  };
}

/**
 * A figure beside all that others have, the fastest first; the ratio says how many times faster than that one it is, at
 * least so many where it was stopped. Without `times` there is no target.
 * @param {Rival[]} rivals
 */
export function fasterBy(name, valueMs, rivals, times) {
  const sorted = [...rivals].sort((a, b) => Number(a.stopped ?? false) - Number(b.stopped ?? false) || a.ms - b.ms);
  const ratio = sorted[0].ms / valueMs;
  return {
    name,
    value: ms(valueMs),
    against: sorted.map(describeRival).join('; '),
    ratio: `${sorted[0].stopped ? '> ' : ''}${ratio.toFixed(2)}`,
    ...(times === undefined ? {} : { target: `≥ ${times}× as fast`, met: ratio >= times }),
  };
}

function describeRival({ name, ms: value, stopped }) {
  return stopped ? `${name} > ${ms(value)}, stopped` : `${name} ${ms(value)}`;
}

export function plain(name, value, against = '') {
  return { name, value, against };
}

export const tableHead = line(['figure', 'Berth', 'against', 'ratio', 'target', '']) + line(Array(6).fill('---'));

/** @param {Figure} figure */
export function tableRow({ name, value, against = '', ratio = '', target = '', met }) {
  const verdict = met === undefined ? '' : met ? 'met' : 'missed';
  return line([name, value, against, ratio, target, verdict]);
}

function line(cells) {
  return `| ${cells.join(' | ')} |\n`;
}
