import type { AutoUserNamespace, IdMapping, NamespaceSource } from '../model.js';
import { suggest } from '../suggest.js';
import { checkService, type ServiceContext } from './context.js';

const HOST: NamespaceSource = { kind: 'host' };
/** Enough for `nobody` and `nogroup`, whom most images know. */
const DEFAULT_SIZE = 65_536;
const MOST_IDS = 2 ** 32 - 2;
const OPTIONS = ['size', 'uidmapping', 'gidmapping'];

/** podman's modes that mean nothing to a service that root runs. */
const REFUSED: Readonly<Record<string, string>> = {
  'keep-id': 'it keeps the id of an ordinary user who runs podman',
  nomap: 'it leaves out the id of an ordinary user who runs podman',
  private: 'say auto, or auto:uidmapping=…,gidmapping=…',
};

/** As podman's --userns: `host`, `auto[:size=N,uidmapping=C:H:N,gidmapping=C:H:N]`, `service:NAME`, `container:NAME`. */
export function resolveUserNamespace(
  mode: string | undefined,
  context: ServiceContext,
): NamespaceSource | AutoUserNamespace {
  if (mode === undefined || mode === 'host') return HOST;
  const [, word = '', rest = ''] = /^([^:]*):?(.*)$/s.exec(mode) ?? [];
  if (word === 'auto') return resolveAuto(rest, context);
  if (word === 'service' && rest !== '') {
    checkService(rest, ['userns_mode'], context, 'value');
    return { kind: 'service', service: rest };
  }
  if (word === 'container' && rest !== '') return { kind: 'container', container: rest };
  const words = ['host', 'auto'];
  const refused = REFUSED[word];
  if (refused === undefined)
    context.report.error(
      ['userns_mode'],
      `expected host, auto[:OPTIONS], service:NAME or container:NAME, found '${mode}'`,
      suggest(word, words),
    );
  else context.report.refuse(['userns_mode'], `'${word}' is not supported: ${refused}`);
  return HOST;
}

function resolveAuto(text: string, { report }: ServiceContext): AutoUserNamespace {
  const auto = {
    kind: 'auto' as const,
    size: DEFAULT_SIZE,
    uidMappings: [] as IdMapping[],
    gidMappings: [] as IdMapping[],
  };
  for (const option of text.split(',').filter((part) => part !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(option) ?? [];
    const at = ['userns_mode'];
    if (name === 'size') auto.size = sizeOf(value) ?? DEFAULT_SIZE;
    const mapping = mappingOf(value);
    if (name === 'uidmapping' && mapping !== null) auto.uidMappings.push(mapping);
    if (name === 'gidmapping' && mapping !== null) auto.gidMappings.push(mapping);
    if (!OPTIONS.includes(name)) report.error(at, `auto has no option '${name}'`, suggest(name, OPTIONS));
    else if (name === 'size' && sizeOf(value) === null)
      report.error(at, `size: expected a number of ids from 1 to ${MOST_IDS}, found '${value}'`);
    else if (name !== 'size' && mapping === null)
      report.error(at, `${name}: expected CONTAINER_ID:HOST_ID:SIZE, found '${value}'`);
  }
  if (overlaps(auto.uidMappings) || overlaps(auto.gidMappings)) report.error(['userns_mode'], 'an id is mapped twice');
  return auto;
}

function sizeOf(value: string): number | null {
  const size = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  return size >= 1 && size <= MOST_IDS ? size : null;
}

function mappingOf(value: string): IdMapping | null {
  const [, container, host, count] = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(value) ?? [];
  const [containerId, hostId, size] = [Number(container), Number(host), Number(count)];
  const isRight = size >= 1 && Math.max(containerId, hostId) + size - 1 <= MOST_IDS;
  return isRight ? { containerId, hostId, size } : null;
}

function overlaps(mappings: readonly IdMapping[]): boolean {
  const collide = (a: number, aSize: number, b: number, bSize: number) => a < b + bSize && b < a + aSize;
  return mappings.some((one, index) =>
    mappings
      .slice(index + 1)
      .some(
        (other) =>
          collide(one.containerId, one.size, other.containerId, other.size) ||
          collide(one.hostId, one.size, other.hostId, other.size),
      ),
  );
}
