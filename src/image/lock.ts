import { closeSync, fstatSync, unlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Layers } from '../addon/layers.js';

const POLL_MS = 20;

/** Takes a lock, waiting for it without occupying a worker thread, and runs `work` while it is held. */
export async function withLock<T>(
  layers: Layers,
  path: string,
  exclusive: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const fd = await takeLock(layers, path, exclusive);
  try {
    return await work();
  } finally {
    closeSync(fd);
  }
}

/** An exclusive lock whose file goes with its last holder: for names without end, such as chain ids. */
export async function withVanishingLock<T>(layers: Layers, path: string, work: () => Promise<T>): Promise<T> {
  const fd = await takeVanishing(layers, path);
  try {
    return await work();
  } finally {
    unlinkSync(path);
    closeSync(fd);
  }
}

async function takeLock(layers: Layers, path: string, exclusive: boolean): Promise<number> {
  for (;;) {
    const fd = layers.tryLock(path, exclusive);
    if (fd >= 0) return fd;
    await setTimeout(POLL_MS);
  }
}

/** The holder before may have removed the file between our open and our lock: then it protects nothing. */
async function takeVanishing(layers: Layers, path: string): Promise<number> {
  for (;;) {
    const fd = await takeLock(layers, path, true);
    if (fstatSync(fd).nlink > 0) return fd;
    closeSync(fd);
  }
}
