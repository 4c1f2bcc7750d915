const NEWLINE = 0x0a;
/** A line without an end is passed on in pieces of this many bytes, so that memory stays bounded. */
const MAX_PENDING_BYTES = 65536;

/** Puts a prefix before each line of a byte stream. Works on bytes: a chunk may end inside of a character. */
export interface LineWriter {
  readonly write: (chunk: Buffer) => void;
  /** writes what is left of a last line that has no newline */
  readonly flush: () => void;
}

export function createLineWriter(prefix: string, emit: (line: Buffer) => void): LineWriter {
  const head = Buffer.from(prefix);
  let pending: Buffer = Buffer.alloc(0);
  const emitLine = (line: Buffer) => emit(Buffer.concat([head, line]));
  const flush = () => {
    if (pending.length > 0) emitLine(Buffer.concat([pending, Buffer.from([NEWLINE])]));
    pending = Buffer.alloc(0);
  };
  const write = (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      emitLine(Buffer.concat([pending, chunk.subarray(from, at + 1)]));
      pending = Buffer.alloc(0);
      from = at + 1;
    }
    pending = Buffer.concat([pending, chunk.subarray(from)]);
    if (pending.length >= MAX_PENDING_BYTES) flush();
  };
  return { write, flush };
}
