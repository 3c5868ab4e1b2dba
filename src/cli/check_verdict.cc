#include "cli/check_verdict.h"

#include <fmt/format.h>

namespace pantile::cli {

Status verdict(const std::string& path, const CheckReport& report) {
  if (!report.whole()) {
    const std::string things = report.finding_count == 1
                                   ? std::string("1 thing is")
                                   : fmt::format("{} things are", report.finding_count);
    return Error(Code::corrupt, fmt::format("{}: {} wrong; {}", path, things, report.advice));
  }
  switch (report.state) {
    case CheckState::complete: break;
    case CheckState::unfinished:
      return Error(
          Code::cancelled,
          fmt::format("{}: nothing that is there is wrong, but the job is not finished; {}", path,
                      report.advice));
    case CheckState::being_written:
      return Error(Code::cancelled,
                   fmt::format("{}: nothing that is there is wrong, but another process is writing "
                               "it; {}",
                               path, report.advice));
  }
  return {};
}

}  // namespace pantile::cli
