import { z } from 'zod';

const names = z.array(z.string());

/** What a file's words mean for people only: comments, and the errnos by name that Podman writes beside the numbers. */
const remark = z.unknown().optional();

const condition = z.strictObject({
  arches: names.nullish(),
  caps: names.nullish(),
  minKernel: z
    .string()
    .regex(/^\d+\.\d+$/, { error: 'expected a version such as 4.8' })
    .optional(),
});

const arg = z.strictObject({
  index: z.int().min(0).max(5),
  value: z.int().min(0),
  valueTwo: z.int().min(0).optional(),
  op: z.string(),
});

const rule = z
  .strictObject({
    names: names.optional(),
    name: z.string().optional(),
    action: z.string(),
    errnoRet: z.int().min(0).nullish(),
    args: z.array(arg).nullish(),
    includes: condition.nullish(),
    excludes: condition.nullish(),
    comment: remark,
    errno: remark,
  })
  .refine(({ name, names: several }) => (name === undefined) !== (several === undefined), {
    error: "expected either 'names' or 'name'",
  });

/** Docker's format of seccomp profiles. Names of actions, operators and system calls are checked by who compiles it. */
export const seccompProfile = z
  .strictObject({
    defaultAction: z.string(),
    defaultErrnoRet: z.int().min(0).optional(),
    defaultErrno: remark,
    archMap: z.array(z.strictObject({ architecture: z.string(), subArchitectures: names.nullish() })).nullish(),
    architectures: names.nullish(),
    flags: names.nullish(),
    listenerPath: z.string().optional(),
    listenerMetadata: z.string().optional(),
    syscalls: z.array(rule).nullish(),
    comment: remark,
  })
  .refine(({ archMap, architectures }) => !archMap?.length || !architectures?.length, {
    error: "expected either 'architectures' or 'archMap'",
  });
