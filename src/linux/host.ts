import type { Addon } from '../addon/addon.js';
import type { Engine } from '../apply/engine.js';
import type { ImageStore } from '../image/model.js';
import type { ObservedState } from '../plan/observed.js';
import type { Refusal } from '../plan/options.js';
import type { Plan } from '../plan/plan.js';
import type { Stack } from '../stack/model.js';
import type { ContainerIndex } from './index.js';
import type { LockOptions, StackLock } from './lock.js';
import type { Paths } from './paths.js';
import type { ContainerRecord } from './record.js';
import type { Start } from './start.js';

/** What this machine's kernel and state directories let us do. Nothing of it is loaded before it is needed. */
export interface Host {
  readonly paths: Paths;
  readonly addon: Addon;
  /** the image store, loaded at first use */
  images(): Promise<ImageStore>;
  /** every container's record, without asking the kernel */
  containers(): ContainerIndex;
  /**
   * Checks the claims of a stack's state files against the kernel. `stack` names the images and volumes to look up; null:
   * what is there decides (`down`, `stop`, `ps` without a file).
   */
  observe(name: string, stack: Stack | null, options?: ObserveOptions): Promise<ObservedState>;
  lock(name: string, options: LockOptions): Promise<StackLock>;
  /** under the stack's lock: removes what killed commands left half made or half removed and what no record owns */
  sweep(name: string): Promise<void>;
  /** what of a plan this host would refuse: every reason, with nothing touched; empty: none is known */
  preflight(plan: Plan): Promise<readonly Refusal[]>;
  /** under the stack's lock, after the last step: forgets a stack that has no containers any more */
  leave(name: string): Promise<void>;
  engine(options: EngineOptions): Engine;
  /** records that were written and may not be on the disk: see `writeRecord` and `flush` */
  readonly unsynced: Set<string>;
  /** after the last step: what was written down about containers outlives a power cut from then on */
  flush(): Promise<void>;
  /**
   * Starts a created container as the engine does, under the stack's lock, for a command that stays with it (`run`).
   * @returns descriptor of its attach stream from before its first instruction; the caller's to close
   */
  startAttached(id: string): Promise<Start>;
  /**
   * Under the stack's lock, before the first step: the serial moves, the revision is written. Null: the plan makes nothing
   * from a file, and what was applied stays known; a stack without containers is forgotten after the last step, by the CLI.
   */
  recordApplied(name: string, stack: Stack | null, plan: Plan): Promise<void>;
}

export interface ObserveOptions {
  /** false: what the kernel holds other than was applied is of no interest, which saves reading it all */
  readonly drift: boolean;
}

export interface EngineOptions {
  readonly stackName: string;
  /** the stack that the plan was made from; null: the plan makes nothing anew */
  readonly stack: Stack | null;
  /** containers that the plan removes after it has stopped them */
  readonly removed?: ReadonlySet<string>;
  /** entries of `images:` are built above this layer */
  readonly buildImage: Engine['buildImage'];
  /** asked when only waits are left to run: another command may have the stack meanwhile */
  readonly lock: StackLock;
  /**
   * Asked before each start by a command that stays with what it starts: what it returns is given the descriptor of the
   * container's attach stream from before its first instruction, the command's to close. Null: it does not attach.
   */
  readonly attach?: (container: ContainerRecord) => ((streamFd: number) => void) | null;
}
