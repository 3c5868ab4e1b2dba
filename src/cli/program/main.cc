#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string_view>

#include "cli/app.h"
#include "cli/exit_code.h"
#include "cli/program/backend.h"

namespace {

/// Columns of the terminal behind standard error; 80 where it does not say.
int terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// What the locale variables say, the strongest first.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != std::string_view::npos ||
           text.find("utf8") != std::string_view::npos;
  }
  return false;
}

/// Whether lines can be redrawn on standard error.
bool is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

std::string local_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts);
  return {text, size};
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe is a write error with a message, not a silent death in the middle of a job.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a file that outgrows `ulimit -f`: the job ends in order and can be resumed.
  std::signal(SIGXFSZ, SIG_IGN);
  pantile::cli::Environment environment{
      .out = std::cout,
      .err = std::cerr,
      .terminal = is_terminal(),
      .utf8 = locale_is_utf8(),
      .columns = terminal_columns,
      .stamp = local_stamp,
      .stop_at_once = [] { _exit(pantile::cli::kExitAtOnce); },
  };
  return pantile::cli::run({argv + 1, argv + argc}, pantile::cli::pipeline_backend(), environment);
}
