#include "pantile/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/store/file_store.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/picture.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

constexpr std::size_t kShownPixels = 1500;

Status check_options(const ValidateOptions& o) {
  if (o.size < 64 || o.size > 4096) {
    return Error(Code::invalid,
                 fmt::format("validation of {} pixels: expected a side of 64 to 4096", o.size));
  }
  if (o.samples < 0 || o.samples > 1'000'000'000) {
    return Error(Code::invalid, fmt::format("validation of {} random pixels: expected 0 to "
                                            "1000000000",
                                            o.samples));
  }
  return {};
}

/// A job's folder holds what the job wrote, and nothing else.
Status check_folder(const FileStore& folder, const std::string& path) {
  PANTILE_ASSIGN(const bool is_job, folder.exists(kJobFileName));
  if (is_job) {
    return Error(Code::conflict, path + " is a job's folder; choose another one for the report");
  }
  // Only a report of an earlier run may be replaced.
  PANTILE_ASSIGN(const bool has_report, folder.exists("report.json"));
  if (has_report) {
    PANTILE_ASSIGN(const Bytes text, folder.read("report.json"));
    if (as_text(text).find("\"pantile_validate\"") != std::string_view::npos) return {};
  }
  PANTILE_ASSIGN(const bool has_picture, folder.exists("report.png"));
  if (!has_report && !has_picture) return {};
  return Error(Code::conflict, fmt::format("{}/{} was not written by `pantile validate`; choose "
                                           "another folder for the report",
                                           path, has_report ? "report.json" : "report.png"));
}

Status write_report(const validate::Subject& subject, const validate::Drawing& drawing,
                    const ValidateReport& report, const std::string& path) {
  FileStore folder(path);
  PANTILE_ASSIGN(const PixelBuffer picture, validate::draw_report(subject, report, drawing));
  PANTILE_TRY(validate::write_picture(folder, picture.view()).with_context(path));
  return folder.write("report.json", as_bytes(report.json()));
}

}  // namespace

bool ValidateReport::passed() const {
  return std::ranges::all_of(checks, [](const ValidateCheck& check) { return check.passed; });
}

Status ValidateReport::status() const {
  std::string failed;
  for (const ValidateCheck& check : checks) {
    if (check.passed) continue;
    failed += (failed.empty() ? "" : "; ") + check.name + ": " + check.sentence;
  }
  if (failed.empty()) return {};
  return Error(Code::corrupt, "validation failed, nothing was rendered: " + failed);
}

std::string ValidateReport::json() const {
  using Json = nlohmann::ordered_json;
  Json json{{"pantile_validate", 1}, {"passed", passed()}, {"checks", Json::array()}};
  for (const ValidateCheck& check : checks) {
    Json numbers = Json::object();
    for (const auto& [key, value] : check.numbers) {
      const bool is_count = value == std::floor(value) && std::abs(value) < 0x1p53;
      numbers[key] = is_count ? Json(static_cast<std::int64_t>(value)) : Json(value);
    }
    json["checks"].push_back({{"name", check.name},
                              {"passed", check.passed},
                              {"sentence", check.sentence},
                              {"numbers", numbers}});
  }
  return json.dump(2) + "\n";
}

Result<ValidateReport> run_validate(const GenerateOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_TRY(check_options(options.validate));
  PANTILE_ASSIGN(const ResolvedGenerate resolved, resolve_generate(options));
  const std::string& out = options.validate.out;
  if (!out.empty()) PANTILE_TRY(check_folder(FileStore(out), out));
  PANTILE_ASSIGN(validate::Subject subject,
                 validate::make_subject(resolved.program, resolved.image, *resolved.job.source,
                                        resolved.options.tile_px, resolved.options.shard_px,
                                        options.validate));
  subject.threads = run.threads > 0 ? run.threads : available_cores();
  subject.cancel = run.cancel;

  ValidateReport report;
  validate::Drawing drawing;
  StageReporter stage(run.listener, "validate", "checks", 5);
  const auto add = [&](Result<ValidateCheck> check) -> Status {
    if (!check.ok()) return check.error();
    report.checks.push_back(std::move(check).value());
    stage.add(1);
    return {};
  };
  PANTILE_TRY(add(check_coordinates(subject)));
  PANTILE_TRY(add(check_tiles(subject)));
  PANTILE_TRY(add(check_borders(subject, &drawing.lines)));
  PANTILE_TRY(add(check_targets(subject)));
  PANTILE_TRY(add(check_proof(subject, kShownPixels, &drawing.pixels)));
  stage.end();
  if (!out.empty()) PANTILE_TRY(write_report(subject, drawing, report, out));
  return report;
}

}  // namespace pantile
