#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/run_job.h"

namespace pantile::cli {
namespace {

void show(const Call& call, const ValidateReport& report) {
  std::ostream& out = call.environment.out;
  if (call.settings.log == LogMode::json) {
    nlohmann::ordered_json event{{"event", "validate"}};
    event.update(nlohmann::ordered_json::parse(report.json()));
    out << event.dump() << "\n" << std::flush;
  } else if (call.settings.log == LogMode::text) {
    for (const ValidateCheck& check : report.checks) {
      out << fmt::format("{:<12} {:<7} {}\n", check.name, check.passed ? "passed" : "FAILED",
                         check.sentence);
    }
    const std::string& folder = call.settings.generate.validate.out;
    out << fmt::format("report       {0}/report.json, {0}/report.png\n", folder) << std::flush;
  }
}

}  // namespace

Status command_validate(Call& call) {
  GenerateOptions& options = call.settings.generate;
  options.validate.out = call.settings.output;
  if (options.validate.out.empty()) {
    options.validate.out = options.name + "-validate-" + call.environment.stamp();
  }
  const auto body = [&](const RunOptions& run, Face&) -> Status {
    const Result<ValidateReport> report = call.backend.validate(options, run);
    if (!report.ok()) return say_interrupted(report.error(), "nothing was written");
    show(call, *report);
    return report->status();
  };
  return run_with_face(call, body);
}

}  // namespace pantile::cli
