#include <doctest/doctest.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/local_socket.h"
#include "oci/json_value.h"
#include "runtime/container_fixture.h"
#include "support/skip.h"

namespace berth {

namespace {

// Everything but `refused`, which fails with `code`.
Seccomp AllBut(std::vector<std::string> refused, uint32_t code) {
  Seccomp seccomp;
  seccomp.default_action = SeccompAction::kAllow;
  seccomp.syscalls.push_back({std::move(refused), SeccompAction::kErrno, code, {}});
  return seccomp;
}

constexpr const char* kStatus = "grep -E '^(Seccomp|Cap(Prm|Eff|Bnd|Amb|Inh)):' /proc/self/status";

// What answers notifications: a socket at a path, and the first listener that came over it.
class Receiver {
 public:
  explicit Receiver(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_.get(), 1) == 0);
  }

  // The process state that came, and the listener.
  std::pair<std::string, UniqueFd> Receive() const {
    const UniqueFd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string text(4096, '\0');
    auto received = ReceiveWithDescriptor(connection.get(), text.data(), text.size(), 0);
    if (!received) {
      return {};
    }
    text.resize(received->size);
    return {text, std::move(received->descriptor)};
  }

 private:
  UniqueFd socket_;
};

// Answers one notification with an errno.
void AnswerOnce(int listener, int code) {
  seccomp_notif asked{};
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) {
    return;
  }
  seccomp_notif_resp answer{};
  answer.id = asked.id;
  answer.error = -code;
  ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

}  // namespace

TEST_CASE("confinement: a filter holds for the command and for exec, and only with one") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  ContainerFixture container;
  container.Script("grep ^Seccomp: /proc/self/status; mkdir /x; echo $?");
  CHECK(container.Run().output == "Seccomp:\t0\n0\n");
  container.spec.seccomp = AllBut({"mkdir", "mkdirat"}, 122);
  const Outcome outcome = container.Run();
  CHECK(outcome.output.starts_with("Seccomp:\t2\n"));
  CHECK(outcome.output.find("Disk quota exceeded") != std::string::npos);
  container.Script("echo up; exec sleep 60");
  const Running running = container.Start();
  ContainerFixture::ReadUntil(running, "up");
  Process process = container.spec.process;
  process.args = {"/bin/sh", "-c", "grep ^Seccomp: /proc/self/status; mkdir /y"};
  const Outcome executed = container.Exec(running, process);
  CHECK(executed.output.starts_with("Seccomp:\t2\n"));
  CHECK(executed.output.find("Disk quota exceeded") != std::string::npos);
}

TEST_CASE("confinement: without no_new_privs a filter needs no capability of the process, and leaves none") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  for (const uid_t uid : {uid_t{0}, uid_t{1000}}) {
    for (const bool reaper : {false, true}) {
      CAPTURE(uid);
      CAPTURE(reaper);
      ContainerFixture container;
      container.supervise.init = reaper;
      container.spec.process.user.uid = uid;
      container.spec.process.no_new_privileges = false;
      container.Script(kStatus);
      const std::string without = container.Run().output;
      container.spec.seccomp = AllBut({"mkdir"}, 1);
      const std::string with = container.Run().output;
      CHECK(without.substr(0, without.find("Seccomp")) == with.substr(0, with.find("Seccomp")));
      CHECK(with.ends_with("Seccomp:\t2\n"));
    }
  }
}

TEST_CASE("confinement: the profile need allow nothing that the set-up does, only execve and what the command calls") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  ContainerFixture container;
  container.spec.process.no_new_privileges = false;
  container.spec.process.args = {"/bin/true"};
  container.spec.seccomp = AllBut({"capset", "prctl", "chdir", "setsid", "setresuid", "setgroups", "sendto", "sendmsg",
                                   "recvfrom", "close_range", "dup3", "fchown", "keyctl", "clone", "fork"},
                                  1);
  for (const bool reaper : {false, true}) {
    container.supervise.init = reaper;
    const Outcome outcome = container.Run();
    CHECK_FALSE(outcome.failed);
    CHECK(outcome.exit_code == 0);
  }
}

TEST_CASE("confinement: the reaper at pid 1 has a filter and no capability beyond the container's") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  ContainerFixture container;
  container.supervise.init = true;
  container.spec.process.no_new_privileges = false;
  container.spec.seccomp = AllBut({"mkdir"}, 1);
  container.Script(
      "sleep 0.2 & while ! grep -q '^Seccomp:.2' /proc/1/status; do :; done; grep CapPrm /proc/1/status; "
      "kill -9 $!; kill -USR1 1; sleep 60");
  const Outcome outcome = container.Run();
  // CHOWN, KILL, SETUID: the fixture's.
  CHECK(outcome.output.starts_with("CapPrm:\t00000000000000a1\n"));
  CHECK(outcome.exit_code == 128 + 10);
}

TEST_CASE("confinement: what can't be honoured fails before anything is made") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  ContainerFixture container;
  container.spec.seccomp = AllBut({"frobnicate"}, 1);
  auto outcome = container.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "seccomp");
  CHECK(std::string(outcome.failed->what) == "no system call is named 'frobnicate'");
  container.spec.seccomp = AllBut({"execve"}, 1);
  outcome = container.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->what) == "the profile does not allow execve");
  container.spec.seccomp->syscalls = {{{"mkdir"}, SeccompAction::kNotify, std::nullopt, {}}};
  container.spec.seccomp->listener_path = container.Path("nobody");
  outcome = container.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->call) == "connect");
  CHECK(outcome.failed->errnum == ENOENT);
  const Receiver receiver(container.Path("agent"));
  container.spec.seccomp->listener_path = container.Path("agent");
  container.spec.seccomp->syscalls[0].names = {"sendmsg"};
  outcome = container.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->what) == "SCMP_ACT_NOTIFY of sendmsg: the listener itself is sent by it");
}

TEST_CASE("confinement: a listener goes to its receiver with the process's state") {
  if (const char* const reason = ContainerFixture::Unavailable()) {
    BERTH_SKIP(reason);
  }
  ContainerFixture container;
  const Receiver receiver(container.Path("agent"));
  container.spec.seccomp = AllBut({"rmdir"}, 1);
  container.spec.seccomp->syscalls.push_back({{"mkdir"}, SeccompAction::kNotify, std::nullopt, {}});
  container.spec.seccomp->listener_path = container.Path("agent");
  container.spec.seccomp->listener_metadata = "say \"no\"";
  container.spec.annotations = {{"org.example.of", "a"}};
  container.Script("mkdir /x; echo done");
  std::string state;
  std::thread agent([&receiver, &state] {
    const auto [text, listener] = receiver.Receive();
    state = text;
    AnswerOnce(listener.get(), EXDEV);
  });
  const Running running = container.Start();
  agent.join();
  const pid_t pid = running.pid;
  const std::string output = ContainerFixture::ReadUntil(running, "done");
  CHECK(output.find("cross-device link") != std::string::npos);
  CHECK(ParseJson(state, "state"));
  const std::string of_process = ",\"pid\":" + std::to_string(pid);
  CHECK(state.find("\"fds\":[\"seccompFd\"]" + of_process + ",\"metadata\":\"say \\\"no\\\"\"") != std::string::npos);
  CHECK(state.find("\"id\":\"a\",\"status\":\"creating\"" + of_process + ",\"bundle\":\"" +
                   container.Path("containers/a") + "\",\"annotations\":{\"org.example.of\":\"a\"}}}") !=
        std::string::npos);
}

}  // namespace berth
