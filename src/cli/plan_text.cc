#include "cli/plan_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/format.h"
#include "cli/parse.h"

namespace pantile::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("{:<11} {}\n", name, value);
}

std::string formula_lines(const GenerateOptions& o) {
  const double scale = o.scale.value_or(0);
  const double half_x = static_cast<double>(o.width) * scale / 2;
  const double half_y = static_cast<double>(o.height) * scale / 2;
  std::string out = line("formula", o.formula);
  out += line("plane", fmt::format("x {:.6g} to {:.6g}, y {:.6g} to {:.6g} (downward), {:.6g} per "
                                   "pixel",
                                   o.center_x - half_x, o.center_x + half_x, o.center_y - half_y,
                                   o.center_y + half_y, scale));
  return out + line("samples", fmt::format("{} x {} a pixel, {}, {}", o.samples, o.samples,
                                           name_of(o.sampling), name_of(o.precision)));
}

std::string tiff_words(const TiffOptions& tiff) {
  if (!tiff.enabled) return "off";
  std::string out = fmt::format("{} dialect, {}", name_of(tiff.dialect), name_of(tiff.compression));
  if (tiff.compression == TiffCompression::jpeg) {
    out += fmt::format(" quality {}", tiff.jpeg_quality);
  } else if (tiff.level >= 0) {
    out += fmt::format(" level {}", tiff.level);
  }
  return tiff.predictor ? out + ", predictor" : out;
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

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string plan_text(const GeneratePlan& plan) {
  const GenerateOptions& o = plan.options;
  const double pixels = static_cast<double>(o.width) * static_cast<double>(o.height);
  std::string out = line("picture", fmt::format("{}, {}, {}", human_size(o.width, o.height),
                                                human(pixels, "px"), name_of(o.store)));
  out += formula_lines(o);
  if (o.range_lo && o.range_hi) {
    out += line("range", fmt::format("{:.6g} to {:.6g} ({})", *o.range_lo, *o.range_hi,
                                     plan.range_origin));
  }
  out += line("colours", o.colormap);
  out += line("folder", o.out);
  out += line("tiles", fmt::format("{} px, in shards of {} px", o.tile_px, o.shard_px));
  out += line("store", fmt::format("zstd level {}", o.zstd_level));
  out += line("TIFF", tiff_words(o.tiff));
  out += line("previews", show_previews(o.previews));
  out += level_table(plan);
  out += line("threads", fmt::format("{} on {}", plan.threads, plan.simd_target));
  out += line("memory", fmt::format("{} (works from {} on)", human_memory(plan.memory_bytes),
                                    human_memory(plan.least_memory_bytes)));
  out += line("disk", fmt::format("about {} store, {} TIFF, {} previews; {} at the peak, {} free",
                                  human_bytes(plan.store_bytes), human_bytes(plan.tiff_bytes),
                                  human_bytes(plan.preview_bytes),
                                  human_bytes(plan.peak_disk_bytes),
                                  human_bytes(plan.free_disk_bytes)));
  out += line("time", fmt::format("about {}", human_seconds(plan.seconds)));
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
  json["range_origin"] = plan.range_origin;
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
  json["notes"] = plan.notes;
  json["warnings"] = plan.warnings;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string info_text(const ImageInfo& info) {
  std::string out = line("path", info.path) + line("format", info.format);
  if (!info.state.empty()) out += line("state", info.state);
  if (!info.spec.levels.empty()) {
    const LevelInfo& full = info.spec.levels.front();
    out += line("size", human_size(full.width, full.height));
    out += line("pixels", fmt::format("{}, {} x {} {}",
                                      human(static_cast<double>(full.width) *
                                                static_cast<double>(full.height), "px"),
                                      info.spec.channels, dtype_name(info.spec.dtype),
                                      kind_name(info.spec.kind)));
  }
  if (!info.spec.name.empty()) out += line("name", info.spec.name);
  if (info.chunk_px > 0) out += line("chunks", fmt::format("{} px", info.chunk_px));
  if (info.shard_px > 0) out += line("shards", fmt::format("{} px", info.shard_px));
  if (!info.codec.empty()) out += line("codec", info.codec);
  double raw_bytes = 0;
  for (const LevelInfo& level : info.spec.levels) {
    raw_bytes += static_cast<double>(level.width) * static_cast<double>(level.height) *
                 static_cast<double>(info.spec.pixel_bytes());
  }
  if (info.disk_bytes > 0) {
    out += line("on disk", fmt::format("{}, {:.2f}x smaller than its {} of pixels",
                                       human_bytes(info.disk_bytes),
                                       raw_bytes / static_cast<double>(info.disk_bytes),
                                       human(raw_bytes, "B")));
  }
  for (const ChannelInfo& channel : info.spec.channel_info) {
    out += line("channel", fmt::format("{}, shown from {:.6g} to {:.6g}", channel.name,
                                       channel.window_start, channel.window_end));
  }
  for (std::size_t i = 0; i < info.spec.levels.size(); ++i) {
    const LevelInfo& level = info.spec.levels[i];
    out += line(fmt::format("level {}", i), fmt::format("{}, {:.6g} per pixel",
                                                        human_size(level.width, level.height),
                                                        level.scale.x));
  }
  for (const std::string& output : info.outputs) out += line("output", output);
  return out;
}

std::string info_json(const ImageInfo& info) {
  Json json{{"path", info.path}, {"format", info.format}};
  json["state"] = info.state.empty() ? Json(nullptr) : Json(info.state);
  json["name"] = info.spec.name;
  json["channels"] = info.spec.channels;
  json["dtype"] = std::string(dtype_name(info.spec.dtype));
  json["kind"] = std::string(kind_name(info.spec.kind));
  json["chunk_px"] = info.chunk_px;
  json["shard_px"] = info.shard_px;
  json["codec"] = info.codec;
  json["disk_bytes"] = info.disk_bytes;
  json["levels"] = Json::array();
  for (const LevelInfo& level : info.spec.levels) {
    json["levels"].push_back(
        {{"width", level.width}, {"height", level.height}, {"scale", level.scale.x}});
  }
  json["channel_info"] = Json::array();
  for (const ChannelInfo& channel : info.spec.channel_info) {
    json["channel_info"].push_back({{"name", channel.name},
                                    {"color", channel.color},
                                    {"window_start", channel.window_start},
                                    {"window_end", channel.window_end}});
  }
  json["outputs"] = info.outputs;
  // job.json was checked by the reader; text that is no JSON is passed on as a string.
  Json job = Json::parse(info.job_json, nullptr, false);
  if (info.job_json.empty()) {
    json["job"] = nullptr;
  } else {
    json["job"] = job.is_discarded() ? Json(info.job_json) : job;
  }
  return dump(json);
}

}  // namespace pantile::cli
