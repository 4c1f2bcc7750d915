// Error and Result: how every native function says that it failed.
#pragma once

#include <cerrno>
#include <expected>
#include <string>
#include <utility>

namespace berth {

// A failed call. `errnum` is an errno value, or 0 when the kernel did not refuse but the
// input was wrong. `call` is the system call or operation, `what` the object it was made on
// (a path, a name, a value) with context put in front by Wrap().
struct Error {
  int errnum = 0;
  const char* call = "";
  std::string what;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// The last system call's error. Call it before anything that may change errno.
[[nodiscard]] inline std::unexpected<Error> Errno(const char* call, std::string what) {
  const int errnum = errno;
  return std::unexpected(Error{errnum, call, std::move(what)});
}

// An error with an errno that was obtained otherwise; 0 for bad input.
[[nodiscard]] inline std::unexpected<Error> Fail(int errnum, const char* call, std::string what) {
  return std::unexpected(Error{errnum, call, std::move(what)});
}

// The same error with context in front of its object: "volume data: /x/y".
[[nodiscard]] inline std::unexpected<Error> Wrap(Error error, const std::string& context) {
  error.what = context + ": " + error.what;
  return std::unexpected(std::move(error));
}

// Returns early from a function that itself returns a Result.
#define BERTH_TRY(expression)                                  \
  do {                                                         \
    if (auto berth_status = (expression); !berth_status) {     \
      return std::unexpected(std::move(berth_status).error()); \
    }                                                          \
  } while (false)

// `BERTH_ASSIGN(auto fd, OpenAt(...));` declares `fd` or returns the error early.
#define BERTH_CONCAT_INNER(a, b) a##b
#define BERTH_CONCAT(a, b) BERTH_CONCAT_INNER(a, b)
#define BERTH_ASSIGN(declaration, expression) \
  BERTH_ASSIGN_INNER(BERTH_CONCAT(berth_result_, __LINE__), declaration, expression)
#define BERTH_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                               \
  if (!temporary) {                                            \
    return std::unexpected(std::move(temporary).error());      \
  }                                                            \
  declaration = *std::move(temporary)

}  // namespace berth
