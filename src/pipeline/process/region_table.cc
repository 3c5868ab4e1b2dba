#include "pipeline/process/region_table.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iterator>

#include "io/store/file_store.h"
#include "ops/label/regions.h"
#include "pipeline/drain/stage_reporter.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

bool is_csv(const std::string& path) { return path.ends_with(".csv"); }

/// A number as CSV and JSON have it.
std::string number_text(double value, bool csv) {
  if (std::isfinite(value)) return fmt::format("{}", value);
  return csv ? "" : "null";
}

/// `plane`: of one of the labels of `spec`.
void append_rows(const Regions& regions, const ImageSpec& spec, std::int64_t plane, bool csv,
                 std::string& text) {
  const Region at = spec.plane_region(plane, {});
  const auto add = [&](std::string_view name, const auto& value, bool is_first = false) {
    if (!is_first) text += csv ? "," : ", ";
    if (!csv) fmt::format_to(std::back_inserter(text), "\"{}\": ", name);
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, double>) {
      text += number_text(value, csv);
    } else {
      fmt::format_to(std::back_inserter(text), "{}", value);
    }
  };
  for (std::size_t i = 0; i < regions.labels.size(); ++i) {
    if (!csv) text += text.ends_with('}') ? ",\n  {" : "\n  {";
    const bool is_stack = spec.is_stack();
    if (is_stack) {
      add("t", at.t, true);
      add("z", at.z);
    }
    add("channel", at.c0, !is_stack);
    add("label", regions.labels[i]);
    add("area", regions.area[i]);
    add("x0", regions.bounds[i].x0);
    add("y0", regions.bounds[i].y0);
    add("x1", regions.bounds[i].x1);
    add("y1", regions.bounds[i].y1);
    add("center_x", regions.center_x[i]);
    add("center_y", regions.center_y[i]);
    if (!regions.mean.empty()) {
      add("mean", regions.mean[i]);
      add("min", regions.least[i]);
      add("max", regions.greatest[i]);
    }
    text += csv ? "\n" : "}";
  }
}

}  // namespace

Status check_region_table(const std::string& path, const ImageSpec& labels) {
  if (!is_csv(path) && !path.ends_with(".json")) {
    return Error(Code::invalid,
                 fmt::format("regions {}: the name ends neither in .csv nor in .json", path));
  }
  if (labels.kind == Kind::label) return {};
  return Error(Code::invalid, fmt::format("regions {}: the operators give {}, no labels; end them "
                                          "with label",
                                          path, kind_name(labels.kind)));
}

Result<StageSummary> write_region_table(const std::string& path, const TileSource& labels,
                                        const TileSource* values,
                                        const std::vector<int>& value_channels,
                                        const RunOptions& run) {
  const ImageSpec& spec = labels.spec();
  const bool has_values = values != nullptr;
  StageReporter reporter(run.listener, "regions", "px",
                         spec.levels.front().bounds().area() * spec.planes());
  const bool csv = is_csv(path);
  std::string text = "{\"regions\": [";
  if (csv) {
    text = spec.is_stack() ? "t,z," : "";
    text += "channel,label,area,x0,y0,x1,y1,center_x,center_y";
    text += has_values ? ",mean,min,max\n" : "\n";
  }
  const int threads = run.threads > 0 ? run.threads : available_cores();
  for (std::int64_t plane = 0; plane < spec.planes(); ++plane) {
    const Region at = spec.plane_region(plane, {});
    std::int64_t of_value = 0;
    if (has_values) {
      const ImageSpec& from = values->spec();
      of_value = from.plane(from.t == 1 ? 0 : at.t, from.z == 1 ? 0 : at.z,
                            value_channels[static_cast<std::size_t>(at.c0)]);
    }
    PANTILE_ASSIGN(const Regions regions,
                   label::measure_regions(labels, plane, values, of_value, threads, run.cancel,
                                          [&](std::int64_t px) { reporter.add(px); }));
    append_rows(regions, spec, plane, csv, text);
  }
  if (!csv) text += "\n]}\n";
  const std::filesystem::path file(path);
  const std::string folder = file.parent_path().string();
  FileStore store(folder.empty() ? "." : folder);
  PANTILE_TRY(store.write(file.filename().string(), as_bytes(text)));
  return reporter.end();
}

}  // namespace pantile
