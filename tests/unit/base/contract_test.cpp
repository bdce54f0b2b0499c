#include "qingdan/base/contract.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace {

// The signal that ended a child which ran `body`, 0 where it ended by itself.
template <class Body>
int signal_of(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    body();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a broken contract aborts in every build", "[base][contract]") {
  CHECK(signal_of([] { QD_EXPECTS(1 + 1 == 3); }) == SIGABRT);
  CHECK(signal_of([] { QD_ENSURES(false); }) == SIGABRT);
  CHECK(signal_of([] { QD_EXPECTS(1 + 1 == 2); }) == 0);
}
