/** The commands with their one-line summaries, in the groups and the order that `berth help` prints. */
export interface CommandEntry {
  readonly group: string;
  readonly summary: string;
  /** loads the command's bundle: what it needs and nothing else */
  readonly load: () => Promise<CommandModule>;
}

export interface CommandModule {
  /**
   * @param before global flags before the command's name
   * @param after everything after it
   * @returns the exit code
   */
  main(before: readonly string[], after: readonly string[]): Promise<number>;
}

const STACK = 'Bring stacks up and down:';
const CONTAINERS = 'Look at and work in containers:';
const STATES = 'Start and stop containers:';
const STORE = 'Images, volumes, host:';

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  up: { group: STACK, summary: 'bring the stack to what its file says', load: () => import('./commands/up.js') },
  down: { group: STACK, summary: 'stop and remove the stack', load: () => import('./commands/down.js') },
  plan: { group: STACK, summary: 'show what up would change, and why', load: () => import('./commands/plan.js') },
  apply: { group: STACK, summary: 'carry out a saved plan', load: () => import('./commands/apply.js') },
  config: {
    group: STACK,
    summary: 'check the stack file and print it resolved',
    load: () => import('./commands/config.js'),
  },
  ls: { group: STACK, summary: 'list stacks', load: () => import('./commands/ls.js') },

  ps: { group: CONTAINERS, summary: 'list containers', load: () => import('./commands/ps.js') },
  logs: { group: CONTAINERS, summary: 'show the output of containers', load: () => import('./commands/logs.js') },
  exec: {
    group: CONTAINERS,
    summary: 'run a command in a running container',
    load: () => import('./commands/exec.js'),
  },
  run: { group: CONTAINERS, summary: 'run a one-off container of a service', load: () => import('./commands/run.js') },
  inspect: {
    group: CONTAINERS,
    summary: 'print what is known of containers',
    load: () => import('./commands/inspect.js'),
  },
  namespaces: {
    group: CONTAINERS,
    summary: 'show which containers share which namespaces',
    load: () => import('./commands/namespaces.js'),
  },
  cgroups: {
    group: CONTAINERS,
    summary: 'show limits and use of containers; controllers of the host',
    load: () => import('./commands/cgroups.js'),
  },

  start: { group: STATES, summary: 'start containers that exist', load: () => import('./commands/start.js') },
  stop: { group: STATES, summary: 'stop containers and keep them', load: () => import('./commands/stop.js') },
  restart: {
    group: STATES,
    summary: 'stop containers and start them again',
    load: () => import('./commands/restart.js'),
  },
  kill: { group: STATES, summary: 'send a signal to containers', load: () => import('./commands/kill.js') },
  rm: { group: STATES, summary: 'remove stopped containers', load: () => import('./commands/rm.js') },
  pause: { group: STATES, summary: 'freeze containers', load: () => import('./commands/pause.js') },
  unpause: { group: STATES, summary: 'thaw containers', load: () => import('./commands/unpause.js') },
  boot: { group: STATES, summary: 'start what should run after a reboot', load: () => import('./commands/boot.js') },

  image: {
    group: STORE,
    summary: 'list, load, save, inspect and remove images',
    load: () => import('./commands/image.js'),
  },
  volume: { group: STORE, summary: 'list, inspect and remove volumes', load: () => import('./commands/volume.js') },
  info: { group: STORE, summary: 'show what this host offers', load: () => import('./commands/info.js') },
  version: { group: STORE, summary: 'print the version of Berth', load: () => import('./commands/version.js') },
  help: { group: STORE, summary: 'show help for a command', load: () => import('./commands/help.js') },
};
