#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/run_job.h"

namespace pantile::cli {
namespace {

constexpr std::size_t kShownPlaces = 3;

std::string place_line(const ValidatePlace& place) {
  const Rect& r = place.rect;
  const std::string size = r.area() > 1 ? fmt::format(" {}x{}", r.width(), r.height()) : "";
  return fmt::format("{:<20} {} picture, pixel {},{}{}: {}\n", "",
                     place.of_job ? "the job's" : "the smaller", r.x0, r.y0, size, place.text);
}

void show(const Call& call, const ValidateReport& report) {
  std::ostream& out = call.environment.out;
  if (call.settings.log == LogMode::json) {
    nlohmann::ordered_json event{{"event", "validate"}};
    event.update(nlohmann::ordered_json::parse(report.json()));
    event["folder"] = report.folder;
    out << event.dump() << "\n" << std::flush;
  } else if (call.settings.log == LogMode::text) {
    for (const ValidateCheck& check : report.checks) {
      out << fmt::format("{:<12} {:<7} {}\n", check.name, check.passed ? "passed" : "FAILED",
                         check.sentence);
      const std::size_t shown = std::min(check.places.size(), kShownPlaces);
      for (std::size_t k = 0; k < shown; ++k) out << place_line(check.places[k]);
      if (check.places.size() > shown) {
        out << fmt::format("{:<20} and more, see the report\n", "");
      }
    }
    for (const auto& [name, reason] : report.not_made) {
      out << fmt::format("{:<12} not made: {}\n", name, reason);
    }
    out << fmt::format("report       {0}/report.json, {0}/report.png\n", report.folder)
        << std::flush;
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
