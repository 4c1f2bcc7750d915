import type { Volume } from '../model.js';
import type { Report } from '../problems.js';
import type { VolumeFile } from '../schema/volume.js';
import { suggest } from '../suggest.js';
import { sorted } from './context.js';
import { resolveLabels } from './process.js';

/** What the local driver understands, as Docker's. */
const LOCAL_OPTIONS = ['type', 'o', 'device'];

/** A named volume. One that is external was made by someone else, under the name it is given. */
export function resolveVolume(key: string, file: VolumeFile, stackName: string, report: Report): Volume {
  const { external } = file;
  const legacyName = typeof external === 'object' ? external.name : undefined;
  const isExternal = typeof external === 'object' || external === true;
  if (typeof external === 'object') report.warn(['external'], "obsolete: write 'external: true' and 'name:'");
  if (isExternal) {
    for (const other of ['driver', 'driver_opts', 'labels'] as const) {
      if (file[other] !== undefined) report.keyError([other], 'has no meaning for an external volume');
    }
  }
  const { driver = 'local', driver_opts: options = {} } = file;
  const isLocal = driver === 'local' || driver === 'default';
  if (!isLocal) report.refuse(['driver'], `driver '${driver}' is not supported: expected local`);
  for (const option of isLocal ? Object.keys(options) : [])
    if (!LOCAL_OPTIONS.includes(option))
      report.refuseKey(['driver_opts', option], 'unknown key', suggest(option, LOCAL_OPTIONS));
  const name = (file.name || legacyName) ?? (isExternal ? key : `${stackName}_${key}`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name))
    report.error(['name'], `expected letters, digits and the signs _ . -, found '${name}'`);
  return {
    key,
    name,
    external: isExternal,
    driver: 'local',
    driverOpts: sorted(Object.entries(options)),
    labels: resolveLabels(file.labels, ['labels'], report),
  };
}
