#include "runtime/home.h"

#include <doctest/doctest.h>

#include <string>

namespace berth {
namespace {

TEST_CASE("home: of a user in a passwd file") {
  const std::string passwd =
      "root:x:0:0:root:/root:/bin/sh\n"
      "short:x:7\n"
      "\n"
      "nobody:x:65534:65534:::\n"
      "web:x:1000:1000::/srv/web\n"
      "other:x:1000:1000::/second:/bin/sh\n"
      "neg:x:-1:0::/neg:\nhuge:x:99999999999999:0::/huge:\nhex:x:0x5:0::/hex:\nlast:x:8:8::/last";
  CHECK(HomeIn(passwd, 0) == "/root");
  CHECK(HomeIn(passwd, 7) == "/");
  CHECK(HomeIn(passwd, 65534) == "/");
  CHECK(HomeIn(passwd, 1000) == "/srv/web");
  CHECK(HomeIn(passwd, 8) == "/last");
  CHECK(HomeIn(passwd, 5) == "/");
  CHECK(HomeIn(passwd, static_cast<uid_t>(-1)) == "/");
  CHECK(HomeIn("", 0) == "/");
  CHECK(HomeIn(std::string("a:x:0:0::/a\0b:\n", 15), 0) == "/");
  CHECK(HomeIn(":::::::::\n:", 0) == "/");
}

TEST_CASE("home: the environment's own stays") {
  Process process;
  process.env = {"A=1", "HOME=/own"};
  CHECK(EnvironmentOf(process) == process.env);
  process.env = {"HOMER=x"};
  CHECK(EnvironmentOf(process).size() == 2);
}

}  // namespace
}  // namespace berth
