import type { ImageBase, ImageConfigPatch, ImageLayerStep, ImageSource } from '../model.js';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import type { ImageFile, LayerFile } from '../schema/image.js';
import { hostPath, type ResolveContext, sorted } from './context.js';
import { resolveHealthcheck } from './life.js';
import { resolveCommand, resolveLabels } from './process.js';
import { resolveSignal } from './signal.js';

/** An entry of `images:`, with paths made absolute. */
export function resolveImage(name: string, file: ImageFile, context: ResolveContext, report: Report): ImageSource {
  return {
    name,
    base: resolveBase(file.base, context, report),
    layers: (file.layers ?? []).flatMap((layer, index) => resolveLayer(layer, ['layers', index], context, report)),
    config: resolveConfig(file.config ?? {}, report),
  };
}

const SCRATCH: ImageBase = { kind: 'scratch' };

function resolveBase(base: ImageFile['base'], context: ResolveContext, report: Report): ImageBase {
  if (base === undefined || base === 'scratch') return SCRATCH;
  const found: ImageBase[] = [];
  if (base.debian) {
    const { suite, packages = [], mirror = null, variant = 'minbase' } = base.debian;
    found.push({ kind: 'debian', suite, packages: [...new Set(packages)], mirror, variant });
  }
  if (base.rootfs !== undefined) found.push({ kind: 'rootfs', dir: hostPath(base.rootfs, context) });
  if (base.archive !== undefined) found.push({ kind: 'archive', file: hostPath(base.archive, context) });
  if (base.layout !== undefined) found.push(resolveLayout(base.layout, context));
  if (base.image !== undefined) found.push({ kind: 'image', image: base.image });
  if (found.length !== 1) report.error(['base'], 'expected one of debian, rootfs, archive, layout and image');
  return found[0] ?? SCRATCH;
}

/** `DIR[:TAG]`: what follows the last colon is a tag unless it has a slash. */
function resolveLayout(layout: string, context: ResolveContext): ImageBase {
  const [, dir = layout, tag = null] = /^(.+):([^/:]+)$/.exec(layout) ?? [];
  return { kind: 'layout', dir: hostPath(dir, context), tag };
}

function resolveLayer(layer: LayerFile, path: Path, context: ResolveContext, report: Report): ImageLayerStep[] {
  const steps: ImageLayerStep[] = [];
  if (layer.copy) {
    const { from, to, chown = null, chmod = null } = layer.copy;
    if (!to.startsWith('/'))
      report.error([...path, 'copy', 'to'], `expected an absolute path in the image, found '${to}'`);
    steps.push({ kind: 'copy', from: hostPath(from, context), to, chown, chmod });
  }
  if (layer.run !== undefined) steps.push({ kind: 'run', command: layer.run });
  if (layer.packages) steps.push({ kind: 'packages', packages: [...new Set(layer.packages)] });
  if (steps.length !== 1) report.error(path, 'expected one of copy, run and packages');
  return steps;
}

function resolveConfig(config: NonNullable<ImageFile['config']>, report: Report): ImageConfigPatch {
  return {
    entrypoint: resolveCommand(config.entrypoint, ['config', 'entrypoint'], report),
    command: resolveCommand(config.command, ['config', 'command'], report),
    env: sorted(Object.entries(config.env ?? {}).map(([name, value]) => [name, value ?? ''])),
    workdir: config.workdir ?? null,
    user: config.user ?? null,
    exposedPorts: resolvePorts(config.exposed_ports ?? [], report),
    volumes: [...new Set(config.volumes ?? [])].sort(),
    labels: resolveLabels(config.labels, ['config', 'labels'], report),
    stopSignal: resolveSignal(config.stop_signal, ['config', 'stop_signal'], report),
    healthcheck: resolveHealthcheck(config.healthcheck),
  };
}

function resolvePorts(ports: readonly (string | number)[], report: Report): string[] {
  const found = ports.map((port, index) => {
    const [, number = '', protocol = 'tcp'] = /^(\d+)(?:\/(tcp|udp|sctp))?$/.exec(String(port)) ?? [];
    if (!(Number(number) >= 1 && Number(number) <= 65_535))
      report.error(['config', 'exposed_ports', index], `expected PORT or PORT/PROTOCOL, found '${port}'`);
    return `${number}/${protocol}`;
  });
  return [...new Set(found)].sort();
}
