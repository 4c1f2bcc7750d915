// spreadSubdirectories: where a file system puts what is made in a directory.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "base/file.h"

namespace berth::addon {

namespace {

// Best effort: a file system that does not know the flag places files by other rules.
void SpreadSubdirectories(const std::string& path) {
  const auto fd = OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  int flags = 0;
  if (fd && ::ioctl(fd->get(), FS_IOC_GETFLAGS, &flags) == 0) {
    flags |= FS_TOPDIR_FL;
    (void)::ioctl(fd->get(), FS_IOC_SETFLAGS, &flags);
  }
}

Napi::Value SpreadSubdirectoriesJs(const Napi::CallbackInfo& info) {
  SpreadSubdirectories(Text(info[0]));
  return info.Env().Undefined();
}

}  // namespace

void ExportDirectory(Napi::Object exports) { Export(exports, "spreadSubdirectories", SpreadSubdirectoriesJs); }

}  // namespace berth::addon
