import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { apply } from '../../src/apply/apply.js';
import { createBuilder } from '../../src/build/builder.js';
import { imageInputs } from '../../src/build/inputs.js';
import type { Host } from '../../src/linux/host.js';
import { openHost } from '../../src/linux/open-host.js';
import { planDestroy } from '../../src/plan/destroy.js';
import type { ObservedContainer } from '../../src/plan/observed.js';
import { isRefusal } from '../../src/plan/options.js';
import type { Plan } from '../../src/plan/plan.js';
import { plan } from '../../src/plan/planner.js';
import { drawDiagnostics } from '../../src/stack/draw.js';
import { load } from '../../src/stack/load.js';
import type { Stack } from '../../src/stack/model.js';
import { writeRootfs } from './rootfs.js';
import { assertWorldClean, snapshotWorld, type World } from './world.js';

const IMAGES = `
images:
  box:
    base: { rootfs: ./rootfs }
`;

/** A real host with a root and a run directory of its own: one stack, driven without the command line. */
export class StackHost {
  readonly stack: string;
  readonly host: Host;
  readonly #dir = mkdtempSync(join(tmpdir(), 'berthtest-host-'));
  readonly #project: string;
  readonly #owned: readonly string[];
  readonly #before: World;
  readonly #images: string;

  /** @param images further entries of `images:`, indented by two; `rootfs` is a tree in the project's directory */
  constructor(stack: string, images = '') {
    this.stack = stack;
    this.#images = images;
    const [root, run] = [join(this.#dir, 'root'), join(this.#dir, 'run')];
    this.#project = join(this.#dir, 'project');
    mkdirSync(this.#project);
    writeRootfs(join(this.#project, 'rootfs'));
    this.host = openHost({ root, run });
    const inRoot = ['containers', 'names', 'stacks', 'volumes'].map((name) => join(root, name));
    this.#owned = [join(run, 'containers'), ...inRoot];
    this.#before = snapshotWorld({ dirs: this.#owned, stacks: [stack] });
  }

  /** A stack of the given `services:` section; `box` is a busybox image. @throws with the drawn diagnostics */
  async load(services: string): Promise<Stack> {
    writeFileSync(join(this.#project, 'compose.yaml'), `services:\n${services}${IMAGES}${this.#images}`);
    const result = await load({ environment: {}, cwd: this.#project, projectName: this.stack });
    if (result.ok) return result.stack;
    throw new Error(drawDiagnostics(result.diagnostics, { color: false }));
  }

  /** What `up` would do. */
  async plan(services: string): Promise<Plan> {
    const stack = await this.load(services);
    const inputs = await imageInputs(this.host, stack);
    const made = plan(stack, await this.host.observe(this.stack, stack), { imageInputs: inputs });
    if (isRefusal(made)) throw new Error(made.refused.map(({ reason }) => reason).join('\n'));
    return made;
  }

  /** `up -d`. @throws the first failed step's error */
  async up(services: string): Promise<void> {
    const made = await this.plan(services);
    await this.#apply(made, await this.load(services));
  }

  async down(): Promise<void> {
    const observed = await this.host.observe(this.stack, null);
    await this.#apply(planDestroy(observed, { removeVolumes: true, timeoutMs: 0 }), null);
  }

  async observe(): Promise<readonly ObservedContainer[]> {
    return (await this.host.observe(this.stack, null)).containers;
  }

  /** The one container of a service. */
  async container(service: string): Promise<ObservedContainer> {
    const [found] = (await this.observe()).filter((container) => container.service === service);
    if (found === undefined) throw new Error(`there is no container of ${service}`);
    return found;
  }

  /** What a service's one container wrote, once it has written the line `end`. */
  async logToEnd(service: string): Promise<string> {
    const { log } = this.host.paths.container((await this.container(service)).id);
    let text = '';
    await vi.waitFor(
      () => {
        const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
        text = lines.map((line) => (line === '' ? '' : String(JSON.parse(line).log))).join('');
        expect(text).toMatch(/^end$/m);
      },
      { timeout: 30_000 },
    );
    return text;
  }

  /** Brings the stack down, and checks that nothing of it is left. */
  async close(): Promise<void> {
    try {
      await this.down();
      await this.host.addon.removeStackCgroup(`/berth/${this.stack}`);
      const { dir } = this.host.paths.stack(this.stack);
      rmSync(dir, { recursive: true, force: true });
      for (const empty of this.#owned.filter((path) => existsSync(path))) rmdirSync(empty);
      assertWorldClean(this.#before);
    } finally {
      rmSync(this.#dir, { recursive: true });
    }
  }

  async #apply(made: Plan, stack: Stack | null): Promise<void> {
    const lock = await this.host.lock(this.stack, { command: 'test', timeoutMs: 10_000 });
    try {
      await this.host.recordApplied(this.stack, stack, made);
      const buildImage = createBuilder(this.host, stack);
      const engine = this.host.engine({ stackName: this.stack, stack, buildImage, lock });
      const report = await apply(made, engine, { signal: new AbortController().signal, sink: () => undefined });
      if (report.failed[0] !== undefined) throw report.failed[0].error;
    } finally {
      lock.release();
    }
  }
}
