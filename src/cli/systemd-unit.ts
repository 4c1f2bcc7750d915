import { resolve } from 'node:path';

export const UNIT_PATH = '/etc/systemd/system/berth-boot.service';
/** What `systemctl enable` makes of `WantedBy=multi-user.target`; systemd.unit(5), "Installing units". */
export const WANTS_PATH = '/etc/systemd/system/multi-user.target.wants/berth-boot.service';

export interface UnitOptions {
  /** absolute paths of Node and of our entry: a service's PATH need not have the one, and nothing is to be built at boot */
  readonly command: readonly string[];
  readonly root: string;
  readonly run: string;
}

/** A oneshot unit: containers don't belong to it, so that stopping it leaves them running. */
export function unitText({ command, root, run }: UnitOptions): string {
  const words = [...command, '--root', resolve(root), '--run', resolve(run), 'boot'];
  return [
    '[Unit]',
    'Description=Start the containers of Berth that should run after a reboot',
    'After=local-fs.target network.target',
    `RequiresMountsFor=${quote(resolve(root))}`,
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    'KillMode=process',
    `ExecStart=${words.map(quote).join(' ')}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** A word of a unit file: `%` and `$` are systemd's own; systemd.syntax(7). */
function quote(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
