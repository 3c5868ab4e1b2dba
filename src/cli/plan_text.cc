#include "cli/plan_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/format.h"
#include "pipeline/preview/previews.h"

namespace pantile::cli {
namespace {

using Json = nlohmann::ordered_json;

/// The stretch of one axis that the picture shows: its ends, or, where six digits cannot tell them
/// apart, its middle and its length.
std::string stretch(double center, double length) {
  const std::string first = fmt::format("{:.6g}", center - length / 2);
  const std::string last = fmt::format("{:.6g}", center + length / 2);
  return first == last ? fmt::format("around {:.15g}, {:.6g} long", center, length)
                       : first + " to " + last;
}

std::string formula_lines(const GenerateOptions& o) {
  const double scale = o.scale.value_or(0);
  std::string out = line("formula", o.formula);
  out +=
      line("plane", fmt::format("x {}; y {} (downward); {:.6g} per pixel",
                                stretch(o.center_x, static_cast<double>(o.width) * scale),
                                stretch(o.center_y, static_cast<double>(o.height) * scale), scale));
  const std::string samples =
      o.samples > 1 ? fmt::format("{} x {} a pixel", o.samples, o.samples)
                    : fmt::format("1 a pixel, at its {}",
                                  o.sampling == Sampling::center ? "centre" : "upper left corner");
  return out + line("samples", fmt::format("{}, in {}", samples, word_for(o.precision)));
}

/// Nothing is enlarged, so a small picture has fewer and smaller previews than were asked for.
std::string preview_words(const GenerateOptions& o) {
  std::string out;
  for (const PlannedPreview& p : plan_previews(o.width, o.height, o.previews)) {
    out += (out.empty() ? "" : ", ") + human_size(p.size.width, p.size.height);
  }
  return out.empty() ? "none" : out;
}

std::string disk_lines(const GeneratePlan& plan) {
  std::string out = line(
      "disk", fmt::format("about {} store, {} TIFF, {} previews", human_bytes(plan.store_bytes),
                          human_bytes(plan.tiff_bytes), human_bytes(plan.preview_bytes)));
  const char* const why =
      plan.options.tiff.enabled ? " while the TIFF and the parts it is made of are both there" : "";
  return out +
         line("peak disk", fmt::format("about {}{}; {} free", human_bytes(plan.peak_disk_bytes),
                                       why, human_bytes(plan.free_disk_bytes)));
}

std::string tiff_words(const TiffOptions& tiff) {
  if (!tiff.enabled) return "off";
  std::string out =
      fmt::format("{} dialect, {}", word_for(tiff.dialect), word_for(tiff.compression));
  if (tiff.compression == TiffCompression::jpeg) {
    out += fmt::format(" quality {}", tiff.jpeg_quality);
  } else if (tiff.level >= 0) {
    out += fmt::format(" level {}", tiff.level);
  }
  return tiff.predictor ? out + ", predictor" : out;
}

/// What draws, and why no GPU does, where no note says it.
std::string device_words(const GeneratePlan& plan) {
  if (plan.gpus.empty()) {
    if (!plan.cpu_draws) return fmt::format("none: {}", plan.no_gpus);
    const bool is_noted = std::ranges::any_of(plan.notes, [&](const std::string& note) {
      return !note.empty() && (plan.no_gpus.starts_with(note) || note.starts_with(plan.no_gpus));
    });
    return plan.no_gpus.empty() || is_noted ? "CPU" : fmt::format("CPU ({})", plan.no_gpus);
  }
  return fmt::format("{}{}", fmt::join(plan.gpus, ", "),
                     plan.cpu_draws ? " and CPU" : "; the CPU encodes");
}

std::string level_table(const GeneratePlan& plan) {
  std::string out =
      fmt::format("\n{:>5} {:>21} {:>12} {:>12}\n", "level", "pixels", "chunks", "shards");
  std::int64_t chunks = 0, shards = 0;
  for (std::size_t i = 0; i < plan.levels.size(); ++i) {
    const GeneratePlan::Level& level = plan.levels[i];
    chunks += level.chunks;
    shards += level.shards;
    out += fmt::format("{:>5} {:>21} {:>12} {:>12}\n", i, human_size(level.width, level.height),
                       level.chunks, level.shards);
  }
  return out + fmt::format("{:>5} {:>21} {:>12} {:>12}\n\n", "all", "", chunks, shards);
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

}  // namespace

std::string plan_text(const GeneratePlan& plan) {
  const GenerateOptions& o = plan.options;
  const double pixels = static_cast<double>(o.width) * static_cast<double>(o.height);
  std::string out = line("picture", fmt::format("{}, {}, {}", human_size(o.width, o.height),
                                                human(pixels, "px"), word_for(o.store)));
  out += formula_lines(o);
  if (o.range_lo && o.range_hi) {
    out += line("range", fmt::format("{:.6g} to {:.6g} ({})", *o.range_lo, *o.range_hi,
                                     plan.options.range_origin));
  }
  out += line("colours", o.colormap);
  out += line("folder", o.out);
  out += line("tiles", fmt::format("{} px, in shards of {} px", o.tile_px, o.shard_px));
  out += line("store", fmt::format("zstd level {}", o.zstd_level));
  out += line("TIFF", tiff_words(o.tiff));
  out += line("previews", preview_words(o));
  out += level_table(plan);
  out += line("threads", fmt::format("{}, SIMD target {}", plan.threads, plan.simd_target));
  out += line("devices", device_words(plan));
  out += line("memory", fmt::format("{} (works from {} on)", human_memory(plan.memory_bytes),
                                    human_memory(plan.least_memory_bytes)));
  out += disk_lines(plan);
  const char* const besides = plan_previews(o.width, o.height, o.previews).empty()
                                  ? ""
                                  : "; previews take their time besides";
  const char* const alone = plan.gpus.empty() ? "" : " on the CPU alone, GPUs are not measured";
  out += line("time", fmt::format("about {} to render and store{}{}", human_seconds(plan.seconds),
                                  alone, besides));
  for (const std::string& note : plan.notes) out += line("note", note);
  for (const std::string& warning : plan.warnings) out += line("warning", warning);
  return out;
}

std::string plan_json(const GeneratePlan& plan, const Schema& schema, const Settings& settings) {
  Settings resolved = settings;
  resolved.generate = plan.options;
  Json json{{"event", "plan"}, {"options", Json::object()}};
  for (const Option& option : schema.options) {
    if (!option.key.empty()) json["options"][option.key] = option.show(resolved);
  }
  json["width"] = plan.options.width;
  json["height"] = plan.options.height;
  json["scale"] = or_null(plan.options.scale);
  json["range_lo"] = or_null(plan.options.range_lo);
  json["range_hi"] = or_null(plan.options.range_hi);
  json["range_origin"] = plan.options.range_origin;
  json["tile_px"] = plan.options.tile_px;
  json["shard_px"] = plan.options.shard_px;
  json["levels"] = Json::array();
  for (const GeneratePlan::Level& level : plan.levels) {
    json["levels"].push_back({{"width", level.width},
                              {"height", level.height},
                              {"chunks", level.chunks},
                              {"shards", level.shards}});
  }
  json["memory_bytes"] = plan.memory_bytes;
  json["least_memory_bytes"] = plan.least_memory_bytes;
  json["store_bytes"] = plan.store_bytes;
  json["tiff_bytes"] = plan.tiff_bytes;
  json["preview_bytes"] = plan.preview_bytes;
  json["peak_disk_bytes"] = plan.peak_disk_bytes;
  json["free_disk_bytes"] = plan.free_disk_bytes;
  json["seconds"] = plan.seconds;
  json["threads"] = plan.threads;
  json["simd_target"] = plan.simd_target;
  json["gpus"] = plan.gpus;
  json["cpu_draws"] = plan.cpu_draws;
  json["no_gpus"] = plan.no_gpus.empty() ? Json(nullptr) : Json(plan.no_gpus);
  json["notes"] = plan.notes;
  json["warnings"] = plan.warnings;
  json["refusal"] = plan.refusal.ok() ? Json(nullptr) : Json(plan.refusal.error().message());
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pantile::cli
