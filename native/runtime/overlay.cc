#include "runtime/overlay.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr size_t kMountPage = 4096;

// Whatever the kernel's own defaults: a layer must mean the same on every host, and stay exportable as a diff.
constexpr const char* kFeatures = ",index=off,metacopy=off,redirect_dir=off";

Status CheckPath(const std::string& path) {
  if (path.empty() || path.find_first_of(":,\\") != std::string::npos) {
    return Fail(0, "overlay", "layer path '" + path + "': empty, or has a colon, comma or backslash");
  }
  return {};
}

}  // namespace

Result<std::string> OverlayOptions(const Supervise& supervise) {
  std::string options = "lowerdir=";
  for (const std::string& lower : supervise.overlay_lower) {
    BERTH_TRY(CheckPath(lower));
    options += (options.ends_with('=') ? "" : ":") + lower;
  }
  BERTH_TRY(CheckPath(supervise.overlay_upper));
  BERTH_TRY(CheckPath(supervise.overlay_work));
  options += ",upperdir=" + supervise.overlay_upper + ",workdir=" + supervise.overlay_work + kFeatures;
  if (options.size() >= kMountPage) {
    return Fail(0, "overlay", std::to_string(supervise.overlay_lower.size()) + " layers: mount options exceed a page");
  }
  return options;
}

Result<UniqueFd> MountOverlay(const Supervise& supervise, int dir_fd, const std::string& path) {
  BERTH_ASSIGN(const std::string options, OverlayOptions(supervise));
  BERTH_ASSIGN(const UniqueFd target, OpenAt(dir_fd, path, O_PATH | O_DIRECTORY));
  if (::chdir(supervise.overlay_dir.c_str()) != 0) {
    return Errno("chdir", supervise.overlay_dir);
  }
  if (SysMount("overlay", FdPath(target.get()).c_str(), "overlay", 0, options.c_str()) != 0) {
    return Errno("mount", path + ": " + options.substr(0, 256));
  }
  // The descriptor still names the directory beneath: walk to the new mount. Paths here are ours.
  return OpenAt(dir_fd, path, O_PATH | O_DIRECTORY);
}

}  // namespace berth
