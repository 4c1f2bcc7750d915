import type { Volume } from '../model.js';
import type { Report } from '../problems.js';
import type { VolumeFile } from '../schema/volume.js';
import { sorted } from './context.js';
import { resolveLabels } from './process.js';

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
  const name = file.name ?? legacyName ?? (isExternal ? key : `${stackName}_${key}`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name))
    report.error(['name'], `expected letters, digits and the signs _ . -, found '${name}'`);
  return {
    key,
    name,
    external: isExternal,
    driver: 'local',
    driverOpts: sorted(
      Object.entries(file.driver_opts ?? {}).flatMap(([option, value]): [string, string][] =>
        value === undefined ? [] : [[option, value]],
      ),
    ),
    labels: resolveLabels(file.labels, ['labels'], report),
  };
}
