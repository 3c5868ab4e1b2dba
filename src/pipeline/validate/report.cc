#include "pipeline/validate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/png/png_writer.h"
#include "io/store/file_store.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/generate/config.h"

namespace pantile {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ValidateSubject& s) {
  return {{"program", {{"version", s.version}, {"simd_target", s.simd_target}}},
          {"job", Json::parse(config_json(s.job))},
          {"device", s.device},
          {"random_pixels", s.job.validate.samples},
          {"seed", s.job.validate.seed},
          {"smaller_picture",
           {{"width", s.width}, {"height", s.height}, {"scale", s.scale}, {"tile", s.tile_px}}}};
}

Json json_of(const ValidateCheck& check) {
  Json numbers = Json::object(), places = Json::array();
  for (const auto& [key, value] : check.numbers) {
    const bool is_count = value == std::floor(value) && std::abs(value) < 0x1p53;
    numbers[key] = is_count ? Json(static_cast<std::int64_t>(value)) : Json(value);
  }
  for (const ValidatePlace& place : check.places) {
    const Rect& r = place.rect;
    places.push_back({{"picture", place.of_job ? "job" : "smaller"},
                      {"rect", {r.x0, r.y0, r.width(), r.height()}},
                      {"text", place.text}});
  }
  return {{"name", check.name},
          {"passed", check.passed},
          {"sentence", check.sentence},
          {"numbers", numbers},
          {"places", places}};
}

}  // namespace

double ValidateCheck::number(std::string_view key) const {
  const auto at = std::ranges::find(numbers, key, [](const auto& n) { return n.first; });
  return at == numbers.end() ? 0 : at->second;
}

bool ValidateReport::passed() const {
  return std::ranges::all_of(checks, [](const ValidateCheck& check) { return check.passed; });
}

const ValidateCheck* ValidateReport::check(std::string_view name) const {
  const auto at = std::ranges::find(checks, name, &ValidateCheck::name);
  return at == checks.end() ? nullptr : &*at;
}

Status ValidateReport::status() const {
  std::string first, more;
  for (const ValidateCheck& check : checks) {
    if (check.passed) continue;
    if (first.empty()) {
      first = check.name + ": " + check.sentence;
    } else {
      more += (more.empty() ? "" : ", ") + check.name;
    }
  }
  if (first.empty()) return {};
  std::string text = "validation failed, nothing was rendered: " + first;
  if (!more.empty()) text += "; also failed: " + more;
  if (!folder.empty()) text += fmt::format("; see {0}/report.json and {0}/report.png", folder);
  return Error(Code::corrupt, text);
}

std::string ValidateReport::json() const {
  Json json{{"pantile_validate", 1}, {"passed", passed()}};
  json.update(json_of(subject));
  json["notes"] = notes;
  json["warnings"] = warnings;
  json["checks"] = Json::array();
  for (const ValidateCheck& check : checks) json["checks"].push_back(json_of(check));
  json["not_made"] = Json::array();
  for (const auto& [name, reason] : not_made) {
    json["not_made"].push_back({{"name", name}, {"reason", reason}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace validate {

Status check_report_folder(const std::string& path) {
  const FileStore folder(path);
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

Status write_report(const Subject& subject, const ValidateReport& report, const Drawing& drawing,
                    const std::string& path) {
  FileStore folder(path);
  PANTILE_ASSIGN(const PixelBuffer picture, draw_report(subject, report, drawing));
  PANTILE_TRY(png::write_png(folder, "report.png", picture.view()).with_context(path));
  return folder.write("report.json", as_bytes(report.json()));
}

}  // namespace validate
}  // namespace pantile
