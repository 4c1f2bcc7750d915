#include "runtime_cli/hooks.h"

#include <fcntl.h>

#include "base/file.h"
#include "runtime/hooks.h"
#include "runtime_cli/log.h"

namespace berth {

namespace {

Status RunKind(const char* kind, const std::vector<Hook>& hooks, const ContainerState& state, int cwd_fd) {
  auto ended = RunHooks(hooks, state, cwd_fd);
  return ended ? Status() : Status(Wrap(std::move(ended).error(), std::string(kind) + " hook"));
}

void RunEach(const Arguments& arguments, const char* kind, const std::vector<Hook>& hooks,
             const ContainerState& state) {
  const auto bundle = OpenAt(AT_FDCWD, state.bundle, O_PATH | O_DIRECTORY);  // a bundle may be gone by now
  for (const Hook& hook : hooks) {
    if (const auto ended = RunKind(kind, {hook}, state, bundle ? bundle->get() : -1); !ended) {
      Warn(arguments, "container " + state.id + ": " + ErrorText(ended.error()));
    }
  }
}

}  // namespace

Status RunCreateHooks(const Bundle& bundle, const State& state) {
  const ContainerState told = ToldState(state, "creating");
  BERTH_TRY(RunKind("prestart", bundle.spec.hooks.prestart, told, bundle.dir.get()));
  return RunKind("createRuntime", bundle.spec.hooks.create_runtime, told, bundle.dir.get());
}

void RunPoststartHooks(const Arguments& arguments, const State& state, const Hooks& hooks) {
  RunEach(arguments, "poststart", hooks.poststart, ToldState(state, "running"));
}

void RunPoststopHooks(const Arguments& arguments, const State& state, const Hooks& hooks) {
  RunEach(arguments, "poststop", hooks.poststop, ToldState(state, "stopped"));
}

Result<Hooks> ReadHooks(const StateDir& dir, const State& state) {
  if (!state.hooks) {
    return Hooks();
  }
  BERTH_ASSIGN(const std::string config, ReadConfig(dir));
  BERTH_ASSIGN(RuntimeSpec spec, ParseConfig(config, dir.id));
  return std::move(spec.hooks);
}

}  // namespace berth
