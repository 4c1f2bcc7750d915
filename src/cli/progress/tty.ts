import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { ApplyEvent } from '../../apply/engine.js';
import type { ResourceId, Step } from '../../plan/plan.js';
import { escapeControls } from '../escape.js';
import { describeAction } from './describe.js';
import { formatSeconds } from './lines.js';
import type { ProgressSink } from './sink.js';

/** What of a listr2 task a line needs. */
interface TaskView {
  title?: string;
  output?: string;
  skip(message?: string): void;
}

/** All steps on one resource: they share a line, so that a replacement reads as one piece of work. */
interface Line {
  readonly finished: Promise<void>;
  readonly finish: (error?: Error) => void;
  remaining: number;
  elapsedMs: number;
  view: TaskView | null;
}

/** Draws a live line for each resource on stderr. */
export function createTtySink(steps: readonly Step[]): ProgressSink {
  const lines = new Map<ResourceId, Line>();
  for (const step of steps) {
    const line = lines.get(step.on) ?? createLine();
    line.remaining++;
    lines.set(step.on, line);
  }
  const drawn = createListr(steps, lines).run();
  return {
    event: (event) => showEvent(lines.get(event.step.on), event),
    end: async () => {
      for (const line of lines.values()) line.finish();
      await drawn;
    },
  };
}

function createLine(): Line {
  const { promise, resolve, reject } = withResolvers();
  return {
    finished: promise,
    finish: (error) => (error ? reject(error) : resolve()),
    remaining: 0,
    elapsedMs: 0,
    view: null,
  };
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whether anyone waits depends on what listr2 has begun by then.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

function createListr(steps: readonly Step[], lines: ReadonlyMap<ResourceId, Line>): Listr {
  const titles = new Map(steps.map((step) => [step.on, escapeControls(describeAction(step.action).subject)]));
  const tasks = [...lines].map(([on, line]) => ({
    title: titles.get(on) ?? on,
    task: (_context: unknown, view: TaskView) => {
      line.view = view;
      return line.finished;
    },
  }));
  return new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    // Ctrl-C is ours: steps that run are finished, and listr2 would exit the process.
    registerSignalListeners: false,
    rendererOptions: { logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }) },
  });
}

function showEvent(line: Line | undefined, event: ApplyEvent): void {
  if (!line) return;
  const { subject, doing, done } = describeAction(event.step.action);
  const title = (state: string) => `${escapeControls(subject)}  ${state}`;
  if (event.kind === 'started') setTitle(line, title(doing));
  if (event.kind === 'progress' && line.view) line.view.output = escapeControls(event.text);
  if (event.kind === 'failed') line.finish(event.error);
  if (event.kind === 'skipped') {
    line.view?.skip(title('skipped'));
    line.finish();
  }
  if (event.kind !== 'done') return;
  line.elapsedMs += event.elapsedMs;
  line.remaining--;
  setTitle(line, title(`${done}  ${formatSeconds(line.elapsedMs)}`));
  if (line.remaining === 0) line.finish();
}

function setTitle(line: Line, title: string): void {
  if (line.view) line.view.title = title;
}
