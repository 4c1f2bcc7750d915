#include "shim/send_queue.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "shim/memory.h"

namespace berth {

namespace {

iovec Vector(std::string_view data) { return {const_cast<char*>(data.data()), data.size()}; }

// Bytes written, 0 where the descriptor is full, -1 where the other end is gone.
ssize_t WriteSome(int fd, const iovec* parts, int count) {
  for (;;) {
    const ssize_t put = ::writev(fd, parts, count);
    if (put >= 0) {
      return put;
    }
    if (errno == EAGAIN) {
      return 0;
    }
    if (errno != EINTR) {
      return -1;
    }
  }
}

}  // namespace

bool SendQueue::Send(int fd, std::string_view head, std::string_view body) {
  size_t put = 0;
  if (empty()) {
    const iovec parts[] = {Vector(head), Vector(body)};
    const ssize_t written = WriteSome(fd, parts, 2);
    if (written < 0) {
      return false;
    }
    put = static_cast<size_t>(written);
  }
  if (put < head.size()) {
    pending_.append(head.substr(put));
    put = head.size();
  }
  pending_.append(body.substr(put - head.size()));
  return true;
}

bool SendQueue::Flush(int fd) {
  while (!empty()) {
    const iovec part = Vector(std::string_view(pending_).substr(sent_));
    const ssize_t written = WriteSome(fd, &part, 1);
    if (written < 0) {
      return false;
    }
    if (written == 0) {
      return true;
    }
    sent_ += static_cast<size_t>(written);
  }
  Clear();
  return true;
}

// The shim must not grow by what one slow client once needed.
void SendQueue::Clear() {
  ReleaseText(pending_);
  sent_ = 0;
}

}  // namespace berth
