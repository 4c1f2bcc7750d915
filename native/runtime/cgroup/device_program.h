// Device rules on cgroup v2: a BPF program of type BPF_PROG_TYPE_CGROUP_DEVICE (cgroup-v2.rst, "Device controller").
#pragma once

#include <linux/bpf.h>

#include <vector>

#include "base/result.h"
#include "oci/spec.h"

namespace berth {

// The program for a list of rules of which the last that matches decides; without a match access is denied.
std::vector<bpf_insn> DeviceProgram(const std::vector<DeviceRule>& rules);

// Loads the program and attaches it in place of the one that is attached: every attached program must allow an access, so
// an old one left there would narrow the new rules.
Status AttachDeviceProgram(int cgroup_fd, const std::vector<DeviceRule>& rules);

}  // namespace berth
