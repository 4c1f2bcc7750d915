/** Holds lines back while a live display must not be written into. */
export interface Gate {
  readonly write: (line: Buffer) => void;
  /** resolves when more may be written: at once, unless very much is held back already */
  readonly room: () => Promise<void>;
}

const MAX_HELD_BYTES = 16 << 20;

/** @param open resolves when lines may pass; those that came before are passed on then, in their order */
export function createGate(open: Promise<void>, pass: (line: Buffer) => void): Gate {
  let held: Buffer[] | null = [];
  let bytes = 0;
  const opened = open.then(() => {
    for (const line of held ?? []) pass(line);
    held = null;
  });
  return {
    write: (line) => {
      if (held === null) return pass(line);
      held.push(line);
      bytes += line.length;
    },
    room: async () => {
      if (held !== null && bytes > MAX_HELD_BYTES) await opened;
    },
  };
}
