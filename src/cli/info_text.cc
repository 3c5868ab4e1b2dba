#include "cli/info_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace pantile::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What a job recorded of its formula, colours and outputs, a line per setting.
std::string config_lines(const std::string& job_json) {
  const Json job = Json::parse(job_json, nullptr, false);
  if (!job.is_object() || !job.contains("config")) return {};
  std::string out;
  for (const char* section : {"formula", "colour", "output", "tiff"}) {
    const Json& config = job["config"];
    if (!config.is_object() || !config.contains(section)) continue;
    for (const auto& [key, value] : config[section].items()) {
      const std::string text = value.is_string()
                                   ? value.get<std::string>()
                                   : value.dump(-1, ' ', false, Json::error_handler_t::replace);
      out += line("job", fmt::format("{}.{} = {}", section, key, text));
    }
  }
  return out;
}

/// How large a pixel is, and in which unit; empty where the image does not say.
std::string pixel_size_text(const ImageSpec& spec) {
  const Scale2& scale = spec.levels.front().scale;
  if (spec.unit.empty() && scale.x == 1 && scale.y == 1) return {};
  const std::string size = scale.x == scale.y ? fmt::format("{:.6g}", scale.x)
                                              : fmt::format("{:.6g} x {:.6g}", scale.x, scale.y);
  return size + (spec.unit.empty() ? " units" : " " + spec.unit);
}

std::string disk_text(const ImageInfo& info) {
  double raw_bytes = 0;
  for (const LevelInfo& level : info.spec.levels) {
    raw_bytes += static_cast<double>(level.width) * static_cast<double>(level.height) *
                 static_cast<double>(info.spec.pixel_bytes());
  }
  raw_bytes *= static_cast<double>(info.spec.t * info.spec.z);
  const std::string size = human_bytes(info.disk_bytes);
  if (info.shards_done < info.shards_all || !info.flaws.empty()) return size + " so far";
  return fmt::format("{} for {} of pixels, compression {:.2f}x", size, human(raw_bytes, "B"),
                     raw_bytes / static_cast<double>(info.disk_bytes));
}

}  // namespace

std::string info_text(const ImageInfo& info) {
  std::string out = line("path", info.path);
  if (!info.format.empty()) out += line("format", info.format);
  if (!info.state.empty()) out += line("state", info.state);
  for (const std::string& flaw : info.flaws) out += line("not whole", flaw);
  if (!info.spec.levels.empty()) {
    const LevelInfo& full = info.spec.levels.front();
    out += line("size", human_size(full.width, full.height));
    out += line(
        "pixels",
        fmt::format("{}, {} x {} {}",
                    human(static_cast<double>(full.width) * static_cast<double>(full.height), "px"),
                    info.spec.channels, dtype_name(info.spec.dtype), kind_name(info.spec.kind)));
    if (info.spec.is_stack()) {
      out += line("planes", fmt::format("{} along t, {} along z", info.spec.t, info.spec.z));
    }
  }
  if (!info.spec.name.empty()) out += line("name", info.spec.name);
  if (!info.spec.levels.empty()) {
    const std::string size = pixel_size_text(info.spec);
    if (!size.empty()) out += line("pixel size", size);
  }
  if (info.value_range) {
    const auto& [lo, hi] = *info.value_range;
    out += line("values", fmt::format("0 stands for {:.6g} and below, 65535 for {:.6g} and above, "
                                      "evenly between; NaN is 0",
                                      lo, hi));
  }
  if (!info.layout.empty()) out += line("layout", info.layout);
  if (!info.codec.empty()) out += line("codec", info.codec);
  if (info.disk_bytes > 0) out += line("on disk", disk_text(info));
  for (const ChannelInfo& channel : info.spec.channel_info) {
    out += line("channel", fmt::format("{}, shown from {:.6g} to {:.6g}", channel.name,
                                       channel.window_start, channel.window_end));
  }
  for (std::size_t i = 0; i < info.spec.levels.size(); ++i) {
    const LevelInfo& level = info.spec.levels[i];
    out += line(fmt::format("level {}", i), human_size(level.width, level.height));
  }
  for (const std::string& output : info.outputs) out += line("output", output);
  out += config_lines(info.job_json);
  return out;
}

std::string info_json(const ImageInfo& info) {
  Json json{{"path", info.path}, {"format", info.format}};
  const auto known = [](std::int64_t px) { return px > 0 ? Json(px) : Json(nullptr); };
  json["state"] = info.state.empty() ? Json(nullptr) : Json(info.state);
  json["flaws"] = info.flaws;
  json["shards_done"] = info.shards_all > 0 ? Json(info.shards_done) : Json(nullptr);
  json["shards_all"] = known(info.shards_all);
  json["pixels_done"] = info.pixels_all > 0 ? Json(info.pixels_done) : Json(nullptr);
  json["pixels_all"] = known(info.pixels_all);
  json["name"] = info.spec.name;
  json["t"] = info.spec.t;
  json["z"] = info.spec.z;
  json["channels"] = info.spec.channels;
  json["dtype"] = std::string(dtype_name(info.spec.dtype));
  json["kind"] = std::string(kind_name(info.spec.kind));
  json["unit"] = info.spec.unit.empty() ? Json(nullptr) : Json(info.spec.unit);
  json["value_range"] = info.value_range ? Json(*info.value_range) : Json(nullptr);
  json["layout"] = info.layout;
  json["chunk_px"] = known(info.chunk_px);
  json["shard_px"] = known(info.shard_px);
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
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pantile::cli
