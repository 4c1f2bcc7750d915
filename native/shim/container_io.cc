#include "shim/container_io.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "base/file.h"
#include "shim/descriptors.h"

namespace berth {

namespace {

constexpr size_t kReadSize = 32768;
constexpr int kReadsPerEvent = 16;
// What a full pipe may hold, and more: a writer outside of the container can't keep the shim here for ever.
constexpr int kReadsAtEnd = 1024;
constexpr size_t kInputLimit = 16384;

}  // namespace

ContainerIo::ContainerIo(EventLoop& loop, LogFile* log, bool patient)
    : loop_(loop), log_(log), clients_(loop, *this, patient, [this] { WatchOutputs(); }) {
  outputs_[1].type = FrameType::kStderr;
  outputs_[1].stream = "stderr";
}

Status ContainerIo::Open(bool keep_stdin) {
  terminal_ = false;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    BERTH_ASSIGN(Pipe pipe, MakePipe());
    ::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
    outputs_[i].fd = std::move(pipe.read_end);
    child_ends_[i + 1] = std::move(pipe.write_end);
  }
  BERTH_ASSIGN(SocketPair console, MakeSocketPair(SOCK_STREAM));
  console_ = std::move(console.ours);
  child_ends_[3] = std::move(console.theirs);
  return OpenInput(keep_stdin);
}

Status ContainerIo::OpenInput(bool keep_stdin) {
  input_eof_ = !keep_stdin;
  if (!keep_stdin) {
    BERTH_ASSIGN(child_ends_[0], OpenAt(AT_FDCWD, "/dev/null", O_RDWR));
    return {};
  }
  BERTH_ASSIGN(Pipe pipe, MakePipe());
  ::fcntl(pipe.write_end.get(), F_SETFL, O_NONBLOCK);
  child_ends_[0] = std::move(pipe.read_end);
  input_ = std::move(pipe.write_end);
  return {};
}

Stdio ContainerIo::ChildEnds() const {
  return {child_ends_[0].get(), child_ends_[1].get(), child_ends_[2].get(), child_ends_[3].get()};
}

void ContainerIo::Begin() {
  for (UniqueFd& end : child_ends_) {
    end.Reset();
  }
  console_watch_ = std::make_unique<Watch>(loop_, console_.get(), EPOLLIN, [this](uint32_t) { ReceiveTerminal(); });
  WatchOutputs();
}

void ContainerIo::WatchOutputs() {
  for (Output& output : outputs_) {
    if (output.fd.valid() && !output.watch) {
      output.watch =
          std::make_unique<Watch>(loop_, output.fd.get(), EPOLLIN, [this, &output](uint32_t) { OnReadable(output); });
    }
  }
}

void ContainerIo::OnReadable(Output& output) {
  const std::unique_ptr<char[]> buffer(new char[kReadSize]);
  for (int i = 0; i < kReadsPerEvent && !clients_.congested(); ++i) {
    const ReadEnd end = ReadOnce(output, buffer.get(), kReadSize);
    if (end == ReadEnd::kEnded) {
      EndOutput(output);
    }
    if (end != ReadEnd::kMore) {
      break;
    }
  }
  if (log_ != nullptr) {
    log_->Flush();
  }
  if (clients_.congested()) {
    for (Output& paused : outputs_) {
      paused.watch.reset();
    }
  }
}

ContainerIo::ReadEnd ContainerIo::ReadOnce(Output& output, char* buffer, size_t size) {
  const ssize_t got = ::read(output.fd.get(), buffer, size);
  if (got > 0) {
    Take(output, {buffer, static_cast<size_t>(got)});
    return ReadEnd::kMore;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return ReadEnd::kEmpty;
  }
  // The master of a terminal answers EIO once nobody has the other side open.
  return ReadEnd::kEnded;
}

void ContainerIo::Take(Output& output, std::string_view data) {
  clients_.Send(kAttachOutput, output.type, data);
  if (log_ == nullptr) {
    return;
  }
  const std::string now = NowText();
  output.lines.Feed(data, [&](std::string_view text) { log_->Append(text, output.stream, now); });
}

void ContainerIo::EndOutput(Output& output) {
  output.watch.reset();
  output.fd.Reset();
  output.lines.Finish([&](std::string_view text) { log_->Append(text, output.stream, NowText()); });
}

void ContainerIo::ReceiveTerminal() {
  UniqueFd master = ReceiveDescriptor(console_.get());
  console_watch_.reset();
  console_.Reset();
  if (!master.valid()) {
    return;
  }
  terminal_ = true;
  ::fcntl(master.get(), F_SETFL, O_NONBLOCK);
  if (input_.valid()) {
    // A second number, since input and output are watched apart.
    input_.Reset(::fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
  }
  for (Output& output : outputs_) {
    output.watch.reset();
    output.fd.Reset();
  }
  outputs_[0].fd = std::move(master);
  SetWindowSize();
  if (!clients_.congested()) {
    WatchOutputs();
  }
}

void ContainerIo::SetWindowSize() {
  if (!terminal_ || rows_ == 0 || columns_ == 0) {
    return;
  }
  const winsize size{rows_, columns_, 0, 0};
  ::ioctl(outputs_[0].fd.get(), TIOCSWINSZ, &size);
}

void ContainerIo::Finish() {
  if (console_watch_) {
    // The master may have come together with the end of a short-lived process.
    ReceiveTerminal();
  }
  const std::unique_ptr<char[]> buffer(new char[kReadSize]);
  for (Output& output : outputs_) {
    for (int i = 0; output.fd.valid() && i < kReadsAtEnd; ++i) {
      if (ReadOnce(output, buffer.get(), kReadSize) != ReadEnd::kMore) {
        break;
      }
    }
    EndOutput(output);
  }
  console_.Reset();
  for (UniqueFd& end : child_ends_) {
    end.Reset();
  }
  if (log_ != nullptr) {
    log_->Flush();
  }
  CloseInput();
}

void ContainerIo::HangUp() {
  CloseInput();
  if (terminal_) {
    outputs_[0].watch.reset();
    outputs_[0].fd.Reset();
  }
}

void ContainerIo::CloseInput() {
  input_watch_.reset();
  input_.Reset();
  input_queue_.Clear();
  clients_.PauseInput(false);
}

void ContainerIo::OnStdin(std::string_view data) {
  if (!input_.valid() || input_eof_) {
    return;
  }
  if (!input_queue_.Send(input_.get(), data)) {
    CloseInput();
    return;
  }
  if (!input_queue_.empty() && !input_watch_) {
    input_watch_ = std::make_unique<Watch>(loop_, input_.get(), EPOLLOUT, [this](uint32_t) { FlushInput(); });
  }
  clients_.PauseInput(input_queue_.size() > kInputLimit);
}

void ContainerIo::FlushInput() {
  if (!input_queue_.Flush(input_.get())) {
    CloseInput();
    return;
  }
  if (!input_queue_.empty()) {
    return;
  }
  input_watch_.reset();
  clients_.PauseInput(false);
  if (input_eof_) {
    CloseInput();
  }
}

// A terminal has no end of input: its user types the end-of-file character.
void ContainerIo::OnStdinEof() {
  if (terminal_) {
    return;
  }
  input_eof_ = true;
  if (input_queue_.empty()) {
    CloseInput();
  }
}

void ContainerIo::OnResize(uint16_t rows, uint16_t columns) {
  rows_ = rows;
  columns_ = columns;
  SetWindowSize();
}

void ContainerIo::OnSignal(int signal) {
  if (on_signal_) {
    on_signal_(signal);
  }
}

}  // namespace berth
