import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** A program on a terminal of its own, as a person sees and uses it. */
export interface Terminal {
  /** the lines on the screen */
  readonly screen: () => string;
  /** keys in tmux's notation: `C-c`, `Enter`, or text */
  readonly type: (...keys: string[]) => void;
  readonly resize: (columns: number, rows: number) => void;
}

/** Runs a shell command on a terminal of 100 by 30 cells, which stays for `use` after the command has ended. */
export async function withTerminal(
  command: string,
  cwd: string,
  use: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const socket = `berthtest-${randomBytes(6).toString('hex')}`;
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8', cwd });
  tmux('new-session', '-d', '-x', '100', '-y', '30', '-c', cwd, `${command}; echo "exit code $?"; exec sleep 600`);
  try {
    await use({
      screen: () => tmux('capture-pane', '-p'),
      type: (...keys) => void tmux('send-keys', ...keys),
      resize: (columns, rows) => void tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`),
    });
  } finally {
    tmux('kill-server');
  }
}
