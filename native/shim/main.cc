// berth-shim: keeps containers (`run`) or a process joined to one (`exec`). Started by the addon, never by hand: it finds
// what it needs in the descriptors of protocol.h. Further arguments name the container for who reads `ps`.
#include <unistd.h>

#include <string_view>

#include "shim/exec.h"
#include "shim/zygote.h"

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "run") {
    return berth::RunZygote(argc, argv);
  }
  if (command == "exec") {
    return berth::ExecProcess();
  }
  constexpr std::string_view kUsage = "usage: berth-shim run|exec, with the descriptors of its protocol\n";
  (void)!::write(STDERR_FILENO, kUsage.data(), kUsage.size());
  return 2;
}
