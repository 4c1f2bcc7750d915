// The standard streams of a container, or of a process joined to one: pipes, or the master of its terminal. Output goes
// to the log and to the attached clients, their input to the process.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/container.h"
#include "shim/attach.h"
#include "shim/event_loop.h"
#include "shim/frames.h"
#include "shim/log_file.h"
#include "shim/log_record.h"
#include "shim/send_queue.h"

namespace berth {

class ContainerIo final : public FrameSink {
 public:
  // `log` may be null. `patient`: see AttachClients.
  ContainerIo(EventLoop& loop, LogFile* log, bool patient);

  // Makes the streams of a new run. Without `keep_stdin` its input is /dev/null.
  Status Open(bool keep_stdin);
  // The process's ends, for CreateInit or ExecInContainer in a forked child. Which are used is up to its configuration.
  [[nodiscard]] Stdio ChildEnds() const;
  // Closes the process's ends, so that the end of its output is seen, and begins to read.
  void Begin();

  // The process has ended: takes what is left of its output and closes the streams.
  void Finish();

  AttachClients& clients() { return clients_; }
  void set_on_signal(std::function<void(int)> on_signal) { on_signal_ = std::move(on_signal); }
  // The only client has gone: end of input, and a terminal hangs up (SIGHUP).
  void HangUp();

  void OnStdin(std::string_view data) override;
  void OnStdinEof() override;
  void OnResize(uint16_t rows, uint16_t columns) override;
  void OnSignal(int signal) override;

 private:
  struct Output {
    FrameType type = FrameType::kStdout;
    const char* stream = "stdout";
    UniqueFd fd;
    LineSplitter lines;
    std::unique_ptr<Watch> watch;
  };
  enum class ReadEnd { kMore, kEmpty, kEnded };

  Status OpenInput(bool keep_stdin);
  void WatchOutputs();
  void OnReadable(Output& output);
  ReadEnd ReadOnce(Output& output, char* buffer, size_t size);
  void Take(Output& output, std::string_view data);
  void EndOutput(Output& output);
  void ReceiveTerminal();
  void SetWindowSize();
  void FlushInput();
  void CloseInput();

  EventLoop& loop_;
  LogFile* log_;
  AttachClients clients_;
  std::function<void(int)> on_signal_;
  std::array<Output, 2> outputs_;
  std::array<UniqueFd, 4> child_ends_;  // in, out, err, console
  UniqueFd console_;
  std::unique_ptr<Watch> console_watch_;
  bool terminal_ = false;
  uint16_t rows_ = 0;
  uint16_t columns_ = 0;
  UniqueFd input_;
  SendQueue input_queue_;
  bool input_eof_ = false;
  std::unique_ptr<Watch> input_watch_;
};

}  // namespace berth
