#include "pipeline/preview/value_colours.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace pantile {
namespace {

using Json = nlohmann::json;

/// A colour that the facts record under `key`, if they do.
std::optional<Rgb8> recorded_color(const Json& facts, const char* key) {
  if (!facts.contains(key) || !facts[key].is_string()) return std::nullopt;
  return parse_hex_color(facts[key].get<std::string>());
}

std::optional<std::pair<double, double>> recorded_range(const Json& facts) {
  if (!facts.contains("range") || !facts["range"].is_array() || facts["range"].size() != 2 ||
      !facts["range"][0].is_number() || !facts["range"][1].is_number()) {
    return std::nullopt;
  }
  return std::pair(facts["range"][0].get<double>(), facts["range"][1].get<double>());
}

Result<const Colormap*> choose_map(const Json& facts, const RecolourOptions& wish) {
  std::string name = "gray";
  if (facts.contains("colormap") && facts["colormap"].is_string()) {
    name = facts["colormap"].get<std::string>();
  }
  if (wish.colormap) name = *wish.colormap;
  return choose_colormap(name);
}

}  // namespace

Result<std::shared_ptr<const TileSource>> colour_values(std::shared_ptr<const TileSource> image,
                                                        const std::string& name,
                                                        const std::string& facts_json,
                                                        const RecolourOptions& wish,
                                                        ColourSource::Levels levels) {
  const ImageSpec& spec = image->spec();
  const bool coloured = spec.kind == Kind::rgb || spec.kind == Kind::rgba;
  if (coloured) {
    if (!wish.any()) return image;
    return Error(Code::invalid, name +
                                    " holds colours, which cannot be changed any more; leave out "
                                    "the colour options, or generate the picture again with "
                                    "--store value-f32, which holds values");
  }
  Json facts = Json::parse(facts_json, nullptr, /*allow_exceptions=*/false);
  if (!facts.is_object()) facts = Json::object();

  Colouring colouring;
  PANTILE_ASSIGN(colouring.map, choose_map(facts, wish));
  const auto range = recorded_range(facts);
  if (range) {
    std::tie(colouring.lo, colouring.hi) = *range;
  } else if (!spec.channel_info.empty()) {
    colouring.lo = spec.channel_info.front().window_start;
    colouring.hi = spec.channel_info.front().window_end;
  } else if (spec.dtype == DType::u8 || spec.dtype == DType::u16) {
    colouring.hi = spec.dtype == DType::u8 ? 255 : 65535;
  } else if (!wish.range_lo || !wish.range_hi) {
    return Error(Code::invalid, name +
                                    " does not say which range its values have; give "
                                    "--range lo,hi");
  }
  if (spec.dtype == DType::u16 && range) {
    colouring.value_offset = range->first;
    colouring.value_step = (range->second - range->first) / 65535;
  }
  colouring.lo = wish.range_lo.value_or(colouring.lo);
  colouring.hi = wish.range_hi.value_or(colouring.hi);
  const auto pick = [&](Rgb8& color, const std::optional<Rgb8>& wished, const char* key) {
    if (const auto recorded = recorded_color(facts, key)) color = *recorded;
    if (wished) color = *wished;
  };
  pick(colouring.nan, wish.nan_color, "nan_color");
  pick(colouring.neg_inf, wish.neg_inf_color, "neg_inf_color");
  pick(colouring.pos_inf, wish.pos_inf_color, "pos_inf_color");
  PANTILE_ASSIGN(auto source, ColourSource::create(std::move(image), colouring, levels));
  return std::shared_ptr<const TileSource>(std::move(source));
}

}  // namespace pantile
