#include "runtime/init.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/file.h"
#include "runtime/devices.h"
#include "runtime/hooks.h"
#include "runtime/host_mounts.h"
#include "runtime/namespaces.h"
#include "runtime/privileges.h"
#include "runtime/report.h"
#include "runtime/rootfs.h"
#include "runtime/run_process.h"
#include "runtime/sysctl.h"
#include "runtime/terminal.h"
#include "runtime/user_namespace.h"

namespace berth {

namespace {

// v1 by init itself, not by who clones it: a pids limit of 1 leaves room for exactly this process.
Status JoinCgroup(const CgroupHost& cgroups, const std::string& path, bool in_unified) {
  if (path.empty()) {
    return {};
  }
  return in_unified ? JoinV1(cgroups, path) : JoinAll(cgroups, path);
}

// After joining: the cgroup that a process is in becomes the root of what it sees.
Status EnterCgroupNamespace(const RuntimeSpec& spec) {
  const Namespace* const ns = FindNamespace(spec, NamespaceType::kCgroup);
  if (ns == nullptr) {
    return {};
  }
  if (ns->path.empty()) {
    return ::unshare(CLONE_NEWCGROUP) == 0 ? Status() : Status(Errno("unshare", "cgroup namespace"));
  }
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(AT_FDCWD, ns->path, O_RDONLY));
  return ::setns(fd.get(), CLONE_NEWCGROUP) == 0 ? Status() : Status(Errno("setns", ns->path));
}

// Only who made the uts namespace names it.
Status SetNames(const RuntimeSpec& spec, Progress& progress) {
  const Namespace* const ns = FindNamespace(spec, NamespaceType::kUts);
  const bool named = !spec.hostname.empty() || !spec.domainname.empty();
  if (ns != nullptr && !ns->path.empty() && named) {
    progress.Warn({0, "", "the uts namespace is another's, which keeps its names"});
  }
  if (ns == nullptr || !ns->path.empty()) {
    return {};
  }
  if (!spec.hostname.empty() && ::sethostname(spec.hostname.data(), spec.hostname.size()) != 0) {
    return Errno("sethostname", spec.hostname);
  }
  if (!spec.domainname.empty() && ::setdomainname(spec.domainname.data(), spec.domainname.size()) != 0) {
    return Errno("setdomainname", spec.domainname);
  }
  return {};
}

// What belongs to the host's root comes first: in a user namespace, its files are what init may still write.
Status SetUpKernel(const CreateOptions& options, const InitInput& input, Progress& progress) {
  const RuntimeSpec& spec = *options.spec;
  progress.step = "cgroup";
  BERTH_TRY(JoinCgroup(input.cgroups, spec.cgroups_path, input.in_unified));
  progress.step = "cgroup namespace";
  BERTH_TRY(EnterCgroupNamespace(spec));
  progress.step = "oom_score_adj";
  BERTH_TRY(SetOomScore(spec.process, progress));
  progress.step = "user namespace";
  BERTH_TRY(input.in_user_namespace ? BecomeRoot() : Status());
  progress.step = "hostname";
  return SetNames(spec, progress);
}

// In the container's pid namespace it is the container's pid that counts (runtime.md, "State").
ContainerState StateInContainer(const CreateOptions& options, const char* status) {
  ContainerState state = *options.state;
  state.status = status;
  state.pid = ::getpid();
  return state;
}

// Returns the terminal's slave, or an invalid descriptor where the process has no terminal.
Result<UniqueFd> SetUpTerminal(int root_fd, const CreateOptions& options) {
  if (!options.spec->process.terminal) {
    return UniqueFd();
  }
  BERTH_ASSIGN(Terminal terminal, OpenTerminal(root_fd, options.spec->process));
  BERTH_TRY(BindConsole(root_fd, terminal.slave.get()));
  BERTH_TRY(SendDescriptor(options.stdio.console_fd, terminal.master.get()));
  return std::move(terminal.slave);
}

// The hooks of `create`, while the host's tree is in reach. Nothing is sent and awaited where there are none.
Status PassHooks(const CreateOptions& options, Progress& progress) {
  const Hooks& hooks = options.spec->hooks;
  if (!hooks.prestart.empty() || !hooks.create_runtime.empty()) {
    progress.step = "hooks";
    BERTH_TRY(AwaitHooks(options.sync_fd));
  }
  if (hooks.create_container.empty()) {
    return {};
  }
  progress.step = "createContainer hook";
  return RunHooks(hooks.create_container, StateInContainer(options, "creating"), options.container_fd);
}

// Returns the terminal's slave, as above.
Result<UniqueFd> FillAndEnterRoot(int root_fd, const CreateOptions& options, const RootfsOptions& rootfs,
                                  const HostMounts& lent, Progress& progress) {
  BERTH_TRY(FillRootfs(root_fd, rootfs, lent, progress));
  progress.step = "terminal";
  BERTH_ASSIGN(UniqueFd terminal, SetUpTerminal(root_fd, options));
  BERTH_TRY(PassHooks(options, progress));
  // After the hooks: an engine's bring the network interfaces that a sysctl may name.
  BERTH_TRY(WriteSysctls(*options.spec, progress));
  BERTH_TRY(SealRootfs(root_fd, *options.spec, progress));
  progress.step = "pivot_root";
  BERTH_TRY(PivotRoot(root_fd, *options.spec));
  return terminal;
}

Result<UniqueFd> SetUpRoot(const CreateOptions& options, const InitInput& input, Progress& progress) {
  const RootfsOptions rootfs = RootfsOptionsOf(options);
  if (const UniqueFd& lent = input.lent.root; lent.valid()) {
    BERTH_TRY(AttachRootfs(lent.get(), progress));
    return FillAndEnterRoot(lent.get(), options, rootfs, input.lent, progress);
  }
  BERTH_ASSIGN(const UniqueFd root, MountRootfs(rootfs, progress));
  return FillAndEnterRoot(root.get(), options, rootfs, input.lent, progress);
}

}  // namespace

RootfsOptions RootfsOptionsOf(const CreateOptions& options) {
  return {.spec = options.spec,
          .supervise = options.supervise,
          .cgroups = options.cgroups,
          .container_fd = options.container_fd};
}

void InitMain(const CreateOptions& options, const InitInput& input) {
  PrepareProcess();
  Progress progress;
  progress.step = "seccomp";
  if (auto noted = NoteProcess(input.confinement, "creating", options.container_fd, 0); !noted) {
    FailProcess(options.sync_fd, progress, noted.error());
  }
  if (auto kernel = SetUpKernel(options, input, progress); !kernel) {
    FailProcess(options.sync_fd, progress, kernel.error());
  }
  auto terminal = SetUpRoot(options, input, progress);
  if (!terminal) {
    FailProcess(options.sync_fd, progress, terminal.error());
  }
  progress.step = "labels";
  if (auto labelled = LabelProcess(input.confinement, options.spec->process); !labelled) {
    FailProcess(options.sync_fd, progress, labelled.error());
  }
  const std::vector<Hook>& start_hooks = options.spec->hooks.start_container;
  const ContainerState state = start_hooks.empty() ? ContainerState() : StateInContainer(options, "created");
  RunProcess({.spec = options.spec,
              .id = options.supervise->id,
              .process = &options.spec->process,
              .stdio = options.stdio,
              .terminal_fd = terminal->get(),
              .sync_fd = options.sync_fd,
              .await_start = true,
              .start_fd = options.start_fd,
              .start_hooks = start_hooks.empty() ? nullptr : &start_hooks,
              .state = &state,
              .reaper = options.supervise->init,
              .new_keyring = options.new_keyring,
              .confinement = &input.confinement},
             progress);
}

}  // namespace berth
