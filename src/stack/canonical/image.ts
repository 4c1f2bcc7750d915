import { formatDuration } from '../../units.js';
import type { Healthcheck, ImageBase, ImageLayerStep, ImageSource } from '../model.js';
import { compact, given, mapValues, orNothing, type Printable } from './value.js';

/** The section `images:`. */
export function canonicalImages(images: Readonly<Record<string, ImageSource>>): Printable {
  return mapValues(images, canonicalImage) ?? {};
}

function canonicalImage({ base, layers, config }: ImageSource): Printable {
  return compact({
    base: printableBase(base),
    layers: layers.map(printableLayer),
    config: compact({
      entrypoint: printableCommand(config.entrypoint),
      command: printableCommand(config.command),
      env: config.env,
      workdir: orNothing(config.workdir),
      user: orNothing(config.user),
      exposed_ports: config.exposedPorts,
      volumes: config.volumes,
      labels: config.labels,
      stop_signal: orNothing(config.stopSignal),
      healthcheck: printableHealthcheck(config.healthcheck),
    }),
  });
}

function printableBase(base: ImageBase): Printable {
  switch (base.kind) {
    case 'scratch':
      return 'scratch';
    case 'rootfs':
      return { rootfs: base.dir };
    case 'archive':
      return { archive: base.file };
    case 'layout':
      return { layout: base.tag === null ? base.dir : `${base.dir}:${base.tag}` };
    case 'image':
      return { image: base.image };
    case 'debian': {
      const { suite, packages, mirror, variant } = base;
      return { debian: compact({ suite, packages, mirror: orNothing(mirror), variant }) };
    }
  }
}

function printableLayer(step: ImageLayerStep): Printable {
  switch (step.kind) {
    case 'run':
      return { run: step.command };
    case 'packages':
      return { packages: step.packages };
    case 'copy': {
      const { from, to, chown, chmod } = step;
      return { copy: compact({ from, to, chown: orNothing(chown), chmod: given(chmod, octal) }) };
    }
  }
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

/** A command; an empty list says 'none', so it is kept as an empty text, which means the same. */
function printableCommand(words: readonly string[] | null): Printable | undefined {
  return given(words, (list) => (list.length === 0 ? '' : list));
}

function printableHealthcheck(check: Healthcheck | null): Printable | undefined {
  if (check === null) return undefined;
  return compact({
    disable: check.disable || undefined,
    test: given(check.test, (words) => ['CMD', ...words]),
    interval: given(check.intervalMs, formatDuration),
    timeout: given(check.timeoutMs, formatDuration),
    retries: orNothing(check.retries),
    start_period: given(check.startPeriodMs, formatDuration),
    start_interval: given(check.startIntervalMs, formatDuration),
  });
}
