#include "cli/info_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace pantile::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What a job recorded of its formula and colours, a line per setting.
std::string config_lines(const std::string& job_json) {
  const Json job = Json::parse(job_json, nullptr, false);
  if (!job.is_object() || !job.contains("config")) return {};
  std::string out;
  for (const char* section : {"formula", "colour"}) {
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

}  // namespace

std::string info_text(const ImageInfo& info) {
  std::string out = line("path", info.path) + line("format", info.format);
  if (!info.state.empty()) out += line("state", info.state);
  if (!info.spec.levels.empty()) {
    const LevelInfo& full = info.spec.levels.front();
    out += line("size", human_size(full.width, full.height));
    out += line(
        "pixels",
        fmt::format("{}, {} x {} {}",
                    human(static_cast<double>(full.width) * static_cast<double>(full.height), "px"),
                    info.spec.channels, dtype_name(info.spec.dtype), kind_name(info.spec.kind)));
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
    out +=
        line("on disk",
             fmt::format("{}, {:.2f}x smaller than its {} of pixels", human_bytes(info.disk_bytes),
                         raw_bytes / static_cast<double>(info.disk_bytes), human(raw_bytes, "B")));
  }
  for (const ChannelInfo& channel : info.spec.channel_info) {
    out += line("channel", fmt::format("{}, shown from {:.6g} to {:.6g}", channel.name,
                                       channel.window_start, channel.window_end));
  }
  for (std::size_t i = 0; i < info.spec.levels.size(); ++i) {
    const LevelInfo& level = info.spec.levels[i];
    out += line(
        fmt::format("level {}", i),
        fmt::format("{}, {:.6g} per pixel", human_size(level.width, level.height), level.scale.x));
  }
  for (const std::string& output : info.outputs) out += line("output", output);
  out += config_lines(info.job_json);
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
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pantile::cli
