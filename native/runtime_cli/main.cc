// berth-runtime: an OCI runtime for the command line and for engines that drive one (podman, dockerd).
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <string_view>

#include "base/file.h"
#include "base/sealed_executable.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/create.h"
#include "runtime_cli/delete.h"
#include "runtime_cli/events.h"
#include "runtime_cli/exec.h"
#include "runtime_cli/features.h"
#include "runtime_cli/list.h"
#include "runtime_cli/log.h"
#include "runtime_cli/pause.h"
#include "runtime_cli/ps.h"
#include "runtime_cli/remove.h"
#include "runtime_cli/run.h"
#include "runtime_cli/spec.h"
#include "runtime_cli/state.h"
#include "runtime_cli/update.h"
#include "runtime_cli/version.h"

namespace berth {

namespace {

struct Invocation {
  Arguments arguments;
  std::string root;
  std::string id;  // empty where the command has none
};

Status Print(const std::string& text) { return WriteAll(STDOUT_FILENO, text, "standard output"); }

Result<int> Create(const Invocation& call) {
  BERTH_ASSIGN(const Created created, CreateContainer(call.arguments, call.root, call.id, false));
  const std::string pid = std::to_string(created.state.pid);
  BERTH_TRY(Log(call.arguments, "debug", "container " + call.id + ": init is pid " + pid));
  return 0;
}

Result<int> Start(const Invocation& call) {
  BERTH_TRY(StartContainer(call.arguments, call.root, call.id));
  return 0;
}

Result<int> Run(const Invocation& call) { return RunContainer(call.arguments, call.root, call.id); }

Result<int> Exec(const Invocation& call) { return ExecInContainerOf(call.arguments, call.root, call.id); }

// What looks at a container and takes no lock.
Result<State> Look(const Invocation& call) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(call.root, call.id, Use::kLook));
  return ReadState(dir);
}

// What changes a container that is there.
template <typename Action>
Result<int> Change(const Invocation& call, Action action) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(call.root, call.id));
  BERTH_ASSIGN(const State state, ReadState(dir));
  BERTH_TRY(action(dir, state));
  return 0;
}

Result<int> ShowState(const Invocation& call) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(call.root, call.id, Use::kLook));
  BERTH_ASSIGN(const State state, ReadState(dir));
  BERTH_TRY(Print(StateJson(state, StatusOf(dir, state)) + "\n"));
  return 0;
}

Result<int> Kill(const Invocation& call) {
  const std::vector<std::string>& operands = call.arguments.operands;
  BERTH_ASSIGN(const int signal, ParseSignal(operands.size() > 1 ? operands[1] : "TERM"));
  const bool all = call.arguments.Has("all");
  return Change(call, [&](const StateDir&, const State& state) { return SignalContainer(state, signal, all); });
}

Result<int> Pause(const Invocation& call) { return Change(call, PauseContainer); }

Result<int> Resume(const Invocation& call) { return Change(call, ResumeContainer); }

Result<int> Update(const Invocation& call) {
  BERTH_ASSIGN(const JsonValue update, ReadUpdate(call.arguments));
  return Change(call, [&](const StateDir& dir, const State& state) {
    return UpdateContainer(call.arguments, dir, state, update);
  });
}

Result<int> Ps(const Invocation& call) {
  BERTH_ASSIGN(const State state, Look(call));
  BERTH_ASSIGN(const std::string text, ListProcesses(call.arguments, state));
  BERTH_TRY(Print(text));
  return 0;
}

Result<int> Events(const Invocation& call) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(call.root, call.id, Use::kLook));
  BERTH_ASSIGN(const State state, ReadState(dir));
  BERTH_TRY(PrintEvents(call.arguments, dir, state));
  return 0;
}

Result<int> Spec(const Invocation& call) {
  BERTH_TRY(WriteSpec(call.arguments.Get("bundle", ".")));
  return 0;
}

Result<int> Features(const Invocation&) {
  BERTH_TRY(Print(FeaturesJson() + "\n"));
  return 0;
}

Result<int> Delete(const Invocation& call) {
  BERTH_TRY(DeleteContainers(call.arguments, call.root, call.id));
  return 0;
}

Result<int> List(const Invocation& call) {
  BERTH_ASSIGN(const std::string text, ListContainers(call.arguments, call.root));
  BERTH_TRY(Print(text));
  return 0;
}

struct Command {
  std::string_view name;
  Result<int> (*run)(const Invocation& call);
  bool enters = false;  // a process of this executable is seen in the container
};

constexpr Command kCommands[] = {
    {"create", Create, true}, {"start", Start},   {"run", Run, true}, {"exec", Exec, true}, {"state", ShowState},
    {"kill", Kill},           {"pause", Pause},   {"resume", Resume}, {"delete", Delete},   {"ps", Ps},
    {"update", Update},       {"events", Events}, {"list", List},     {"spec", Spec},       {"features", Features},
};

// What the caller did not mean for us goes to nobody that we execute.
Status KeepDescriptorsFromOthers() {
  return ::syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0
             ? Status()
             : Status(Errno("close_range", "descriptors"));
}

// A descriptor 0, 1 or 2 that is closed would be taken by the first file that is opened.
Status HoldStdio() {
  int fd = -1;
  do {
    fd = ::open("/dev/null", O_RDWR);
    if (fd < 0) {
      return Errno("open", "/dev/null");
    }
  } while (fd <= STDERR_FILENO);
  ::close(fd);
  return {};
}

std::vector<std::string> Words(char** argv) {
  std::vector<std::string> words;
  for (char** word = argv + 1; *word != nullptr; ++word) {
    words.emplace_back(*word);
  }
  return words;
}

Result<int> Main(char** argv, Arguments& arguments) {
  BERTH_TRY(ParseArguments(Words(argv), arguments));
  if (arguments.command.empty()) {
    BERTH_TRY(Print(arguments.Has("version") ? VersionText() : UsageText()));
    return 0;
  }
  const Command& command = *std::ranges::find(kCommands, arguments.command, &Command::name);
  if (command.enters) {
    BERTH_TRY(ExecuteSelfSealed(argv));
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  }
  BERTH_TRY(KeepDescriptorsFromOthers());
  BERTH_TRY(Log(arguments, "debug", "command " + arguments.command));
  const Invocation call{arguments, arguments.Get("root", "/run/berth-runtime"),
                        arguments.operands.empty() ? "" : arguments.operands[0]};
  return command.run(call);
}

int Report(const Arguments& arguments, const Error& error) {
  const std::string text = ErrorText(error);
  const auto logged = Log(arguments, "error", text);
  const std::string line = "berth-runtime: " + TerminalText(text) + "\n" +
                           (logged ? "" : "berth-runtime: --log: " + TerminalText(ErrorText(logged.error())) + "\n");
  (void)WriteAll(STDERR_FILENO, line, "standard error");
  return arguments.command == "exec" ? kExecFailed : 1;
}

}  // namespace

}  // namespace berth

int main(int, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGCHLD, SIG_DFL);  // ignored, it would take exit codes away
  berth::Arguments arguments;
  if (!berth::HoldStdio()) {
    return 1;
  }
  const auto code = berth::Main(argv, arguments);
  return code ? *code : berth::Report(arguments, code.error());
}
