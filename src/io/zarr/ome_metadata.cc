#include "io/zarr/ome_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "io/store/byte_store.h"
#include "io/zarr/json_fields.h"

namespace pantile::zarr {
namespace {

using Ordered = nlohmann::ordered_json;

constexpr std::size_t kMaxLevels = 64;

/// Whole numbers without ".0", as people write them.
Ordered number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

struct Reduction {
  const char* type;
  const char* text;
};

Reduction reduction_of(const ImageSpec& spec) {
  switch (spec.kind) {
    case Kind::label:
      return {"mode", "the most frequent of 2x2 stored labels, ties to the smallest"};
    case Kind::mask: return {"any", "set where any of 2x2 stored pixels is"};
    case Kind::intensity:
    case Kind::rgb:
    case Kind::rgba: break;
  }
  if (dtype_is_float(spec.dtype)) {
    return {"mean", "((a+b)+(c+d))/4 of 2x2 stored pixels, NaN left out, existing ones at edges"};
  }
  return {"mean", "(a+b+c+d+2)>>2 of 2x2 stored pixels, existing ones at edges"};
}

std::vector<ChannelInfo> channels_of(const ImageSpec& spec) {
  if (!spec.channel_info.empty()) return spec.channel_info;
  if (spec.kind == Kind::rgb && spec.dtype == DType::u8) {
    return {{"R", "FF0000", 0, 255, 0, 255},
            {"G", "00FF00", 0, 255, 0, 255},
            {"B", "0000FF", 0, 255, 0, 255}};
  }
  return {};  // nothing is known of the values
}

Ordered omero_of(const ImageSpec& spec, const std::vector<ChannelInfo>& channels) {
  Ordered list = Ordered::array();
  for (const ChannelInfo& channel : channels) {
    list.push_back({{"label", channel.name},
                    {"color", channel.color},
                    {"active", true},
                    {"window",
                     {{"min", number(channel.window_min)},
                      {"max", number(channel.window_max)},
                      {"start", number(channel.window_start)},
                      {"end", number(channel.window_end)}}}});
  }
  const bool colour = spec.kind == Kind::rgb || spec.kind == Kind::rgba || channels.size() > 1;
  return {{"channels", list}, {"rdefs", {{"model", colour ? "color" : "greyscale"}}}};
}

/// scale and translation of a dataset (or of all), or what is missing filled in.
Status parse_transformations(const Json& owner, std::size_t rank, OmeDataset& dataset,
                             bool required, const std::string& where) {
  dataset.scale.assign(rank, 1.0);
  dataset.translation.assign(rank, 0.0);
  const Json* list = find_member(owner, "coordinateTransformations");
  if (list == nullptr && !required) return {};
  if (list == nullptr || !list->is_array()) {
    return Error(Code::corrupt, where + ": \"coordinateTransformations\" is missing");
  }
  for (const Json& entry : *list) {
    PANTILE_ASSIGN(const auto type, string_member(entry, "type", where));
    if (type == "identity") continue;
    if (type != "scale" && type != "translation") {
      return unsupported(where, fmt::format("transformation \"{}\"", type));
    }
    PANTILE_ASSIGN(const Json* value, member(entry, type, where));
    PANTILE_ASSIGN(auto numbers, doubles(*value, where + ": " + type));
    if (numbers.size() != rank) return bad_json(where, fmt::format("{} numbers", rank), *value);
    (type == "scale" ? dataset.scale : dataset.translation) = std::move(numbers);
  }
  return {};
}

Status parse_axes(const Json& multiscale, OmeImage& image, const std::string& where) {
  PANTILE_ASSIGN(const Json* axes, member(multiscale, "axes", where));
  if (!axes->is_array()) return bad_json(where + ": axes", "a list", *axes);
  for (const Json& axis : *axes) {
    PANTILE_ASSIGN(auto name, string_member(axis, "name", where + ": axes"));
    constexpr std::array<std::string_view, 5> kKnown{"t", "c", "z", "y", "x"};
    if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
      return unsupported(where, fmt::format("axis \"{}\" (t, c, z, y, x are)", name));
    }
    const Json* unit = find_member(axis, "unit");
    if (unit != nullptr && unit->is_string()) {
      const auto text = unit->get<std::string>();
      if (name == "x") image.unit = text;
      if (name == "t") image.t_unit = text;
      if (name == "z") image.z_unit = text;
    }
    image.axes.push_back(std::move(name));
  }
  return {};
}

double number_or(const Json& object, std::string_view key, double otherwise) {
  const Json* value = find_member(object, key);
  return value != nullptr && value->is_number() ? value->get<double>() : otherwise;
}

std::string text_or(const Json& object, std::string_view key, const std::string& otherwise) {
  const Json* value = find_member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : otherwise;
}

/// Display settings are advice: what is not as expected is left out, not refused.
std::vector<ChannelInfo> parse_channels(const Json* omero) {
  const Json* list = omero == nullptr ? nullptr : find_member(*omero, "channels");
  if (list == nullptr || !list->is_array()) return {};
  std::vector<ChannelInfo> out;
  for (const Json& entry : *list) {
    ChannelInfo channel;
    channel.name = text_or(entry, "label", "");
    channel.color = text_or(entry, "color", channel.color);
    if (const Json* window = find_member(entry, "window")) {
      channel.window_min = number_or(*window, "min", channel.window_min);
      channel.window_max = number_or(*window, "max", channel.window_max);
      channel.window_start = number_or(*window, "start", channel.window_min);
      channel.window_end = number_or(*window, "end", channel.window_max);
    }
    out.push_back(std::move(channel));
  }
  return out;
}

}  // namespace

Result<std::string> write_ome_group(const ImageSpec& spec, std::string_view pantile_json) {
  Ordered pantile = Ordered::parse(pantile_json.begin(), pantile_json.end(), nullptr, false);
  if (!pantile.is_object()) {
    return Error(Code::invalid, "the facts for attributes.pantile are not a JSON object");
  }
  if (!pantile.contains("kind")) pantile["kind"] = std::string(kind_name(spec.kind));

  const bool is_stack = spec.is_stack();
  Ordered axes = Ordered::array();
  const auto add_axis = [&](const char* name, const char* type, const std::string& unit) {
    Ordered axis{{"name", name}, {"type", type}};
    if (!unit.empty()) axis["unit"] = unit;
    axes.push_back(std::move(axis));
  };
  if (is_stack) add_axis("t", "time", spec.t_step.unit);
  add_axis("c", "channel", "");
  if (is_stack) add_axis("z", "space", spec.z_step.unit);
  add_axis("y", "space", spec.unit);
  add_axis("x", "space", spec.unit);
  // Of all axes, from those of y and x.
  const auto of_axes = [&](double t, double c, double z, double y, double x) {
    if (!is_stack) return Ordered::array({number(c), number(y), number(x)});
    return Ordered::array({number(t), number(c), number(z), number(y), number(x)});
  };
  Ordered datasets = Ordered::array();
  for (std::size_t i = 0; i < spec.levels.size(); ++i) {
    const LevelInfo& level = spec.levels[i];
    Ordered scale{{"type", "scale"}};
    scale["scale"] = of_axes(spec.t_step.scale, 1, spec.z_step.scale, level.scale.y, level.scale.x);
    Ordered translation{{"type", "translation"}};
    translation["translation"] =
        of_axes(spec.t_step.offset, 0, spec.z_step.offset, level.offset.y, level.offset.x);
    datasets.push_back({{"path", fmt::to_string(i)},
                        {"coordinateTransformations", Ordered::array({scale, translation})}});
  }
  const Reduction reduction = reduction_of(spec);
  Ordered multiscale{{"name", spec.name},
                     {"axes", axes},
                     {"datasets", datasets},
                     {"type", reduction.type},
                     {"metadata", {{"method", "pantile"}, {"description", reduction.text}}}};
  Ordered ome{{"version", "0.5"}, {"multiscales", Ordered::array({multiscale})}};
  const auto channels = channels_of(spec);
  if (!channels.empty()) ome["omero"] = omero_of(spec, channels);
  const Ordered root{{"zarr_format", 3},
                     {"node_type", "group"},
                     {"attributes", {{"ome", ome}, {"pantile", pantile}}}};
  return root.dump(2, ' ', false, Ordered::error_handler_t::replace) + "\n";
}

Result<OmeImage> parse_ome_attributes(std::string_view attributes_json, const std::string& where) {
  PANTILE_ASSIGN(const Json attributes, parse_json(attributes_json, where));
  OmeImage image;
  // 0.5 keeps everything under "ome"; before, it lay in the attributes themselves.
  const Json* ome = find_member(attributes, "ome");
  if (ome == nullptr) ome = &attributes;
  const Json* multiscales = find_member(*ome, "multiscales");
  if (multiscales == nullptr) {
    return Error(Code::foreign, where +
                                    ": a Zarr group without an OME image; name one of its "
                                    "arrays instead");
  }
  if (!multiscales->is_array() || multiscales->empty()) {
    return bad_json(where + ": multiscales", "a list", *multiscales);
  }
  const Json& multiscale = multiscales->front();
  image.version = text_or(*ome, "version", text_or(multiscale, "version", ""));
  if (image.version != "0.5" && image.version != "0.4") {
    return unsupported(where,
                       fmt::format("OME-Zarr version \"{}\" (0.4 and 0.5 are)", image.version));
  }
  image.name = text_or(multiscale, "name", "");
  PANTILE_TRY(parse_axes(multiscale, image, where));

  OmeDataset overall;
  const std::size_t rank = image.axes.size();
  PANTILE_TRY(parse_transformations(multiscale, rank, overall, false, where));
  PANTILE_ASSIGN(const Json* datasets, member(multiscale, "datasets", where));
  if (!datasets->is_array() || datasets->empty() || datasets->size() > kMaxLevels) {
    return bad_json(where + ": datasets", "1 to 64 levels", *datasets);
  }
  for (const Json& entry : *datasets) {
    OmeDataset dataset;
    PANTILE_ASSIGN(dataset.path, string_member(entry, "path", where + ": datasets"));
    PANTILE_TRY(check_key(dataset.path).with_context(where));
    PANTILE_TRY(parse_transformations(entry, rank, dataset, true, where));
    for (std::size_t i = 0; i < rank; ++i) {
      dataset.scale[i] *= overall.scale[i];
      dataset.translation[i] = dataset.translation[i] * overall.scale[i] + overall.translation[i];
    }
    image.datasets.push_back(std::move(dataset));
  }
  image.channels = parse_channels(find_member(*ome, "omero"));
  if (const Json* pantile = find_member(attributes, "pantile"); pantile && pantile->is_object()) {
    image.pantile_json = pantile->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return image;
}

Kind kind_of(const OmeImage& image, int channels, DType dtype) {
  const Json pantile = Json::parse(image.pantile_json, nullptr, false);
  const auto kind = kind_from_name(text_or(pantile, "kind", ""));
  const auto holds = [&](Kind k) {
    return k == Kind::rgb ? channels == 3 : k == Kind::rgba ? channels == 4 : true;
  };
  if (kind && holds(*kind)) return *kind;
  const auto coloured = [&](std::size_t i, std::string_view color) {
    return image.channels[i].color == color;
  };
  if (dtype == DType::u8 && channels == 3 && image.channels.size() == 3 && coloured(0, "FF0000") &&
      coloured(1, "00FF00") && coloured(2, "0000FF")) {
    return Kind::rgb;
  }
  return Kind::intensity;
}

}  // namespace pantile::zarr
