#include "runtime_cli/grantable.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "oci/capability.h"
#include "runtime/namespaces.h"

namespace berth {

namespace {

uint64_t OwnCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, data) != 0) {
    return 0;
  }
  uint64_t own = 0;
  const uint64_t permitted = uint64_t{data[1].permitted} << 32U | data[0].permitted;
  for (int number = 0; number < 64; ++number) {
    own |= ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1 ? permitted & uint64_t{1} << number : 0;
  }
  return own;
}

}  // namespace

void KeepGrantable(const RuntimeSpec& spec, Process& process) {
  if (!process.capabilities || FindNamespace(spec, NamespaceType::kUser) != nullptr) {
    return;
  }
  CapabilitySets& sets = *process.capabilities;
  uint64_t* const all[] = {&sets.bounding, &sets.effective, &sets.permitted, &sets.inheritable, &sets.ambient};
  const uint64_t own = OwnCapabilities();
  uint64_t missing = 0;
  for (uint64_t* const set : all) {
    missing |= *set & ~own;
    *set &= own;
  }
  for (int number = 0; number < 64; ++number) {
    if ((missing >> number & 1U) != 0) {
      process.warnings.push_back("process.capabilities: " + CapabilityName(number) +
                                 " is not granted: the runtime does not have it");
    }
  }
}

}  // namespace berth
