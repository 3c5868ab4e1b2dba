#include "pipeline/generate/config.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/preview/preview_size.h"

namespace pantile {
namespace {

using Json = nlohmann::json;

/// Throws Json::exception where there is no such text.
template <class E> E choice(const Json& section, const char* key) {
  const auto word = section.at(key).get<std::string>();
  for (const Word<E>& w : words_of<E>()) {
    if (w.word == word) return w.value;
  }
  return {};  // the comparison with config_json() finds it
}

Rgb8 color(const Json& section, const char* key) {
  return parse_hex_color(section.at(key).get<std::string>()).value_or(Rgb8{});
}

std::vector<PreviewSize> previews(const std::string& text) {
  std::vector<PreviewSize> sizes;
  if (text == "none") return sizes;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    sizes.push_back(
        preview_from_text(text.substr(begin, end - begin)).value_or(PreviewSize{"", 0, 0}));
    begin = end + 1;
  }
  return sizes;
}

/// Throws Json::exception where a member is missing or of another type.
GenerateOptions from_json(const Json& json) {
  GenerateOptions o;
  const Json& image = json.at("image");
  o.width = image.at("width").get<std::int64_t>();
  o.height = image.at("height").get<std::int64_t>();
  const Json& formula = json.at("formula");
  o.formula = formula.at("formula").get<std::string>();
  o.center_x = formula.at("center").at(0).get<double>();
  o.center_y = formula.at("center").at(1).get<double>();
  o.precision = choice<Precision>(formula, "precision");
  o.sampling = choice<Sampling>(formula, "sampling");
  o.samples = formula.at("samples").get<int>();
  if (formula.contains("scale")) o.scale = formula["scale"].get<double>();
  const Json& colour = json.at("colour");
  o.colormap = colour.at("colormap").get<std::string>();
  o.nan_color = color(colour, "nan_color");
  o.neg_inf_color = color(colour, "neg_inf_color");
  o.pos_inf_color = color(colour, "pos_inf_color");
  if (colour.contains("range")) {
    o.range_lo = colour["range"].at(0).get<double>();
    o.range_hi = colour["range"].at(1).get<double>();
    o.range_origin = colour.value("range_origin", "");
  }
  const Json& output = json.at("output");
  o.name = output.at("name").get<std::string>();
  o.store = choice<StoreKind>(output, "store");
  o.zstd_level = output.at("zstd_level").get<int>();
  o.tile_px = output.at("tile").get<std::int64_t>();
  o.shard_px = output.at("shard").get<std::int64_t>();
  o.previews = previews(output.at("previews").get<std::string>());
  const Json& tiff = json.at("tiff");
  o.tiff.enabled = tiff.at("enabled").get<bool>();
  o.tiff.dialect = choice<TiffDialect>(tiff, "dialect");
  o.tiff.compression = choice<TiffCompression>(tiff, "compression");
  o.tiff.level = tiff.at("level").get<int>();
  o.tiff.jpeg_quality = tiff.at("jpeg_quality").get<int>();
  o.tiff.predictor = tiff.at("predictor").get<bool>();
  return o;
}

}  // namespace

std::string config_json(const GenerateOptions& o) {
  Json json;
  json["image"] = {{"width", o.width}, {"height", o.height}};
  json["formula"] = {{"formula", o.formula},
                     {"center", {o.center_x, o.center_y}},
                     {"precision", word_for(o.precision)},
                     {"sampling", word_for(o.sampling)},
                     {"samples", o.samples}};
  if (o.scale) json["formula"]["scale"] = *o.scale;
  json["colour"] = {{"colormap", o.colormap},
                    {"nan_color", hex_color(o.nan_color)},
                    {"neg_inf_color", hex_color(o.neg_inf_color)},
                    {"pos_inf_color", hex_color(o.pos_inf_color)}};
  if (o.range_lo) json["colour"]["range"] = {*o.range_lo, *o.range_hi};
  if (o.range_lo && !o.range_origin.empty()) json["colour"]["range_origin"] = o.range_origin;
  std::string previews;
  for (const PreviewSize& p : o.previews) {
    previews += (previews.empty() ? "" : ",") + to_text(p);
  }
  json["output"] = {{"name", o.name},
                    {"store", word_for(o.store)},
                    {"zstd_level", o.zstd_level},
                    {"tile", o.tile_px},
                    {"shard", o.shard_px},
                    {"previews", previews.empty() ? "none" : previews}};
  json["tiff"] = {{"enabled", o.tiff.enabled},
                  {"dialect", word_for(o.tiff.dialect)},
                  {"compression", word_for(o.tiff.compression)},
                  {"level", o.tiff.level},
                  {"jpeg_quality", o.tiff.jpeg_quality},
                  {"predictor", o.tiff.predictor}};
  return json.dump();
}

Result<GenerateOptions> options_from_config(const std::string& text) {
  const auto bad = [](const std::string& why) {
    return Error(Code::corrupt, "job.json: its config " + why +
                                    "; run the generate command with its options again, or use "
                                    "the version of pantile that wrote it");
  };
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return bad("is no JSON object");
  try {
    GenerateOptions options = from_json(json);
    // What was read must be all there is: an unknown member could decide pixels.
    if (Json::parse(config_json(options)) != json) {
      return bad("holds members or values that this version does not know");
    }
    return options;
  } catch (const Json::exception&) {
    return bad("lacks a member, or one is of the wrong type");
  }
}

}  // namespace pantile
