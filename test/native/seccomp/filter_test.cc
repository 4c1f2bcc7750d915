#include "seccomp/filter.h"

#include <doctest/doctest.h>
#include <linux/audit.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "seccomp/bpf.h"
#include "seccomp/random_profile.h"
#include "seccomp/reference.h"
#include "seccomp/syscalls.h"

namespace berth {

namespace {

uint32_t Number(const char* name, size_t table = 0) {
  const Syscall* const call = FindSyscall(name);
  REQUIRE(call != nullptr);
  REQUIRE(call->numbers[table] >= 0);
  return static_cast<uint32_t>(call->numbers[table]);
}

std::vector<sock_filter> Compiled(const Seccomp& seccomp) {
  const auto filter = CompileSeccomp(seccomp);
  REQUIRE_MESSAGE(filter, (filter ? "" : filter.error().what));
  return filter->program;
}

uint32_t ResultOf(const std::vector<sock_filter>& program, const seccomp_data& data) {
  const auto result = RunBpf(program, data);
  REQUIRE(result);
  return *result;
}

SeccompRule Rule(std::vector<std::string> names, SeccompAction action, std::vector<SeccompArg> args = {}) {
  return {std::move(names), action, std::nullopt, std::move(args)};
}

// Exit code of a child that loads the filter and then runs `body`; 128 + signal.
template <typename Body>
int InChild(const SeccompFilter& filter, Body body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const auto loaded = LoadSeccomp(filter);
    ::_exit(loaded ? body() : 99);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Whether a child could load a filter. It may be left without any call, exit and those of a sanitizer too: so it tells by
// shared memory, and waits to be killed.
bool KernelTakes(const SeccompFilter& filter) {
  void* const page = ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  std::atomic_ref<int> told(*static_cast<int*>(page));
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    told = LoadSeccomp(filter) ? 1 : 2;
    while (told != 0) {
    }
  }
  int status = 0;
  while (told == 0 && ::waitpid(pid, &status, WNOHANG) == 0) {
    ::usleep(1000);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, &status, 0);
  const bool taken = told == 1;
  ::munmap(page, sizeof(int));
  return taken;
}

}  // namespace

TEST_CASE("seccomp: the program does what the rules say, whatever rules and calls") {
  size_t refusals = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    RandomProfiles generator(seed);
    const Seccomp seccomp = generator.Profile();
    const std::vector<sock_filter> program = Compiled(seccomp);
    const Reference reference(seccomp);
    for (int i = 0; i < 250; ++i) {
      const seccomp_data data = generator.AnyCall(seccomp);
      CAPTURE(data.nr);
      CAPTURE(data.arch);
      const uint32_t result = ResultOf(program, data);
      REQUIRE(result == reference.Of(data));
      refusals += result == SECCOMP_RET_ALLOW ? 0 : 1;
    }
  }
  CHECK(refusals > 10'000);
}

TEST_CASE("seccomp: every number of every table, with jumps beyond the reach of one instruction") {
  Seccomp seccomp;
  seccomp.architectures = {SeccompArch::kX86, SeccompArch::kX32};
  uint32_t code = 0;
  for (const Syscall& call : AllSyscalls()) {
    seccomp.syscalls.push_back({{std::string(call.name)}, SeccompAction::kErrno, ++code, {}});
  }
  for (const char* name : {"read", "write", "mmap", "mseal", "statx", "clone"}) {
    seccomp.syscalls.insert(seccomp.syscalls.begin(),
                            Rule({name}, SeccompAction::kTrap, {{3, SeccompOperator::kEqual, 77, 0}}));
  }
  const std::vector<sock_filter> program = Compiled(seccomp);
  CHECK(program.size() > 1500);
  const Reference reference(seccomp);
  for (size_t table = 0; table < kSyscallTables.size(); ++table) {
    for (const Syscall& call : AllSyscalls()) {
      const auto number = static_cast<uint32_t>(call.numbers[table]);
      for (const uint64_t argument : {0, 77}) {
        const seccomp_data data = Call(table, number, {0, 0, 0, argument, 0, 0});
        REQUIRE(ResultOf(program, data) == reference.Of(data));
      }
    }
  }
}

TEST_CASE("seccomp: names of other machines are passed over, unknown ones refused") {
  Seccomp seccomp;
  seccomp.syscalls = {Rule({"s390_sthyi", "read", "riscv_flush_icache", "syscall"}, SeccompAction::kAllow)};
  CHECK(ResultOf(Compiled(seccomp), Call(0, Number("read"))) == SECCOMP_RET_ALLOW);
  seccomp.syscalls = {Rule({"read", "raed"}, SeccompAction::kAllow)};
  const auto refused = CompileSeccomp(seccomp);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "no system call is named 'raed'");
  CHECK(refused.error().errnum == 0);
}

TEST_CASE("seccomp: a program that the kernel would not take is refused with its size") {
  Seccomp seccomp;
  for (uint64_t value = 0; value < 1100; ++value) {
    seccomp.syscalls.push_back(
        Rule({"socket"}, SeccompAction::kAllow, {{0, SeccompOperator::kMaskedEqual, 0x10000ffff, value}}));
  }
  const auto refused = CompileSeccomp(seccomp);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.ends_with("instructions: the kernel takes no more than 4096"));
}

TEST_CASE("seccomp: a refusal that is also the default comes before a later permission") {
  Seccomp seccomp;
  seccomp.syscalls = {Rule({"socket"}, SeccompAction::kErrno, {{0, SeccompOperator::kEqual, 38, 0}}),
                      Rule({"socket"}, SeccompAction::kAllow)};
  const auto program = Compiled(seccomp);
  CHECK(ResultOf(program, Call(0, Number("socket"), {38})) == (SECCOMP_RET_ERRNO | EPERM));
  CHECK(ResultOf(program, Call(0, Number("socket"), {2})) == SECCOMP_RET_ALLOW);
}

TEST_CASE("seccomp: foreign machines are killed, calls newer than the profile don't exist") {
  Seccomp seccomp;
  seccomp.syscalls = {Rule({"read", "statx"}, SeccompAction::kAllow)};
  const auto program = Compiled(seccomp);
  seccomp_data data = Call(0, Number("read"));
  CHECK(ResultOf(program, data) == SECCOMP_RET_ALLOW);
  CHECK(ResultOf(program, Call(0, Number("statx") - 1)) == (SECCOMP_RET_ERRNO | EPERM));
  CHECK(ResultOf(program, Call(0, Number("statx") + 1)) == (SECCOMP_RET_ERRNO | ENOSYS));
  data.arch = AUDIT_ARCH_S390X;
  CHECK(ResultOf(program, data) == SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
  CHECK(ResultOf(program, Call(1, Number("read", 1))) == SECCOMP_RET_KILL_PROCESS);
  CHECK(ResultOf(program, Call(2, Number("read", 2))) == SECCOMP_RET_KILL_PROCESS);
  CHECK(ResultOf(program, Call(0, UINT32_MAX)) == (SECCOMP_RET_ERRNO | EPERM));
  seccomp.architectures = {SeccompArch::kX86, SeccompArch::kX32, SeccompArch::kOther};
  const auto all = Compiled(seccomp);
  CHECK(ResultOf(all, Call(1, Number("read", 1))) == SECCOMP_RET_ALLOW);
  CHECK(ResultOf(all, Call(2, Number("read", 2))) == SECCOMP_RET_ALLOW);
  CHECK(ResultOf(all, Call(2, kX32Bit + 1)) == (SECCOMP_RET_ERRNO | EPERM));
#endif
}

TEST_CASE("seccomp: flags, and the listener's in place of the threads'") {
  Seccomp seccomp;
  CHECK(CompileSeccomp(seccomp)->flags == SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  seccomp.flags = SECCOMP_FILTER_FLAG_TSYNC;
  CHECK(CompileSeccomp(seccomp)->flags == SECCOMP_FILTER_FLAG_TSYNC);
  seccomp.syscalls = {Rule({"mkdir"}, SeccompAction::kNotify)};
  CHECK(CompileSeccomp(seccomp)->flags == SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

TEST_CASE("seccomp: a profile with which nothing could be started is refused") {
  const auto checked = [](const Seccomp& seccomp) {
    const auto ended = CheckStartable(seccomp, *CompileSeccomp(seccomp));
    return ended ? std::string("(none)") : ended.error().what;
  };
  Seccomp seccomp;
  CHECK(checked(seccomp) == "the profile does not allow execve");
  seccomp.syscalls = {Rule({"execve"}, SeccompAction::kAllow)};
  CHECK(checked(seccomp) == "(none)");
  seccomp.syscalls.insert(seccomp.syscalls.begin(), Rule({"execve"}, SeccompAction::kErrno));
  CHECK(checked(seccomp) == "the profile does not allow execve");
  seccomp.syscalls = {Rule({"execve"}, SeccompAction::kAllow), Rule({"sendmsg"}, SeccompAction::kNotify)};
  CHECK(checked(seccomp) == "SCMP_ACT_NOTIFY of sendmsg: the listener itself is sent by it");
}

TEST_CASE("seccomp: the kernel takes the programs and does as the interpreter says") {
  Seccomp seccomp;
  seccomp.default_action = SeccompAction::kAllow;
  seccomp.architectures = {SeccompArch::kX86, SeccompArch::kX32};
  seccomp.syscalls = {{{"getppid"}, SeccompAction::kErrno, 77, {}},
                      Rule({"umask"}, SeccompAction::kErrno, {{0, SeccompOperator::kMaskedEqual, 7, 5}}),
                      Rule({"getuid"}, SeccompAction::kKillProcess)};
  const auto filter = CompileSeccomp(seccomp);
  REQUIRE(filter);
  CHECK(InChild(*filter, [] { return ::syscall(SYS_getppid) == -1 ? errno : 0; }) == 77);
  CHECK(InChild(*filter, [] { return ::syscall(SYS_umask, 0765) == -1 ? errno : 0; }) == EPERM);
  CHECK(InChild(*filter, [] { return ::syscall(SYS_umask, 0766) == -1 ? errno : 0; }) == 0);
  CHECK(InChild(*filter, [] { return static_cast<int>(::syscall(SYS_getuid)); }) == 128 + SIGSYS);
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const auto random = CompileSeccomp(RandomProfiles(seed).Profile());
    REQUIRE(random);
    CHECK(KernelTakes(*random));
  }
}

}  // namespace berth
