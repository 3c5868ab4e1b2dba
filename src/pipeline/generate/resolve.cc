#include "pipeline/generate/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "ops/formula/range.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/generate/config.h"
#include "pipeline/preview/preview_size.h"
#include "pipeline/preview/previews.h"

namespace pantile {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostSide = (std::int64_t{1} << 31) - 1;
/// Byte counts of all levels stay far from overflowing; no file system holds more anyway.
constexpr std::int64_t kMostPixels = std::int64_t{1} << 56;
/// Units that the shorter side spans when no scale is given.
constexpr double kDefaultSpan = 20;

Status check_size(const GenerateOptions& o) {
  for (const auto& [name, value] : {std::pair{"width", o.width}, std::pair{"height", o.height}}) {
    if (value < 1 || value > kMostSide) {
      return Error(Code::invalid,
                   fmt::format("{} of {} pixels: expected 1 to {}", name, value, kMostSide));
    }
  }
  if (o.width > kMostPixels / o.height) {
    return Error(Code::invalid, fmt::format("{}x{} pixels: expected at most {} in all", o.width,
                                            o.height, kMostPixels));
  }
  return {};
}

Status check_formula_settings(const GenerateOptions& o) {
  if (o.scale && (!std::isfinite(*o.scale) || *o.scale == 0)) {
    return Error(Code::invalid, fmt::format("scale {}: expected the size of a pixel in the "
                                            "formula's units, a finite number other than 0",
                                            *o.scale));
  }
  if (!std::isfinite(o.center_x) || !std::isfinite(o.center_y)) {
    return Error(Code::invalid,
                 fmt::format("center {},{}: expected two finite numbers", o.center_x, o.center_y));
  }
  if (o.range_lo.has_value() != o.range_hi.has_value()) {
    return Error(Code::invalid, "range: expected both ends, found one");
  }
  return {};
}

/// Decides the values of the colour map's two ends.
Status resolve_range(ResolvedGenerate& job, const formula::Frame& frame) {
  GenerateOptions& o = job.options;
  if (o.range_lo) {
    if (o.range_origin.empty()) o.range_origin = "given";  // else it was resolved before
    return {};
  }
  if (job.program.is_colour()) {
    o.range_origin = "none: the formula gives colours";
    o.range_lo = 0;
    o.range_hi = 1;
    return {};
  }
  const formula::Builtin* builtin = formula::find_builtin(o.formula);
  if (builtin != nullptr && builtin->range) {
    o.range_lo = (*builtin->range)[0];
    o.range_hi = (*builtin->range)[1];
    o.range_origin = "the formula's own";
    return {};
  }
  PANTILE_ASSIGN(const formula::ValueRange range,
                 formula::percentile_range(job.program, frame, o.precision));
  o.range_lo = range.lo;
  o.range_hi = range.hi;
  o.range_origin = range.origin;
  return {};
}

std::string facts(const GenerateOptions& o, const formula::Program& program) {
  Json json;
  json["formula"] = o.formula;
  json["precision"] = word_for(o.precision);
  json["store"] = word_for(o.store);
  if (!program.is_colour()) {
    json["range"] = {*o.range_lo, *o.range_hi};
    json["colormap"] = o.colormap;
    json["nan_color"] = hex_color(o.nan_color);
    json["neg_inf_color"] = hex_color(o.neg_inf_color);
    json["pos_inf_color"] = hex_color(o.pos_inf_color);
  }
  return json.dump();
}

/// Values are stored without their colours, but the store says which to show them in.
void add_colour_settings(const GenerateOptions& o, PixelSettings& settings) {
  const auto add = [&settings](const char* key, const std::string& value) {
    const bool there = std::any_of(settings.begin(), settings.end(),
                                   [&](const auto& entry) { return entry.first == key; });
    if (!there) settings.emplace_back(key, value);
  };
  add("range", fmt::format("{},{}", *o.range_lo, *o.range_hi));
  add("colormap", o.colormap);
  add("nan-color", hex_color(o.nan_color));
  add("neg-inf-color", hex_color(o.neg_inf_color));
  add("pos-inf-color", hex_color(o.pos_inf_color));
}

/// Where the formula is no number. The share is that of a few samples.
std::string nan_note(double share, const GenerateOptions& o) {
  const std::string part = share >= 0.995   ? "nearly all"
                           : share >= 0.005 ? fmt::format("about {:.0f} %", 100 * share)
                                            : "less than 1 %";
  std::string becomes = "takes the colour " + hex_color(o.nan_color) + " (--nan-color)";
  if (o.store == StoreKind::value_u16) becomes = "is stored as 0";
  if (o.store == StoreKind::value_f32) becomes = "is stored as NaN";
  return fmt::format("the formula is no number (NaN) in {} of the picture, which {}", part,
                     becomes);
}

/// Nothing is enlarged: what is larger than the picture is left out, or smaller than asked for.
std::string preview_note(const GenerateOptions& o) {
  std::string larger;
  for (const PreviewSize& p : o.previews) {
    if (!fit_preview(o.width, o.height, p).limited) continue;
    larger += (larger.empty() ? "" : ", ") + to_text(p);
  }
  if (larger.empty()) return {};
  return fmt::format(
      "previews {} are larger than the picture, which is not enlarged; one of its own "
      "size, {}x{}, takes their place",
      larger, o.width, o.height);
}

void add_notes(ResolvedGenerate& job, const formula::Frame& frame) {
  const GenerateOptions& o = job.options;
  const double nan = formula::nan_share(job.program, frame, o.precision);
  if (nan > 0) job.notes.push_back(nan_note(nan, o));
  if (const std::string note = preview_note(o); !note.empty()) job.output_notes.push_back(note);
  if (const auto collapse = formula::find_collapse(frame, o.precision)) {
    const bool f32 = o.precision == Precision::f32;
    const bool off_centre = o.center_x != 0 || o.center_y != 0;
    job.warnings.push_back(fmt::format("{}; use {}a --scale of {:.1g} or more{}",
                                       collapse->describe(o.precision),
                                       f32 ? "--precision f64, or " : "", 2 * collapse->least_step,
                                       off_centre ? ", or a --center closer to 0" : ""));
  }
  if (o.store == StoreKind::value_u16) {
    job.notes.push_back(
        "value-u16 has no place for NaN and infinities: NaN is stored as 0, "
        "infinities as the range's ends; use value-f32 to keep them");
  }
  constexpr double kMostFloat = std::numeric_limits<float>::max();
  if (o.store == StoreKind::value_f32 && !job.program.is_colour() &&
      std::max(std::fabs(*o.range_lo), std::fabs(*o.range_hi)) > kMostFloat) {
    job.warnings.push_back(
        "the range reaches beyond the largest 32-bit float, 3.4e38: value-f32 stores what lies "
        "there as infinity, in the colour of infinities; scale the formula down");
  }
}

}  // namespace

Result<ResolvedGenerate> resolve_generate(const GenerateOptions& options) {
  PANTILE_TRY(check_size(options));
  PANTILE_TRY(check_formula_settings(options));
  PANTILE_TRY(check_previews(options.previews));
  ResolvedGenerate resolved;
  resolved.options = options;
  GenerateOptions& o = resolved.options;
  if (!o.scale) o.scale = kDefaultSpan / static_cast<double>(std::min(o.width, o.height));
  PANTILE_ASSIGN(resolved.program, formula::compile(o.formula, o.precision));

  formula::FormulaImage& image = resolved.image;
  image.name = o.name;
  image.frame = {o.width, o.height, o.center_x, o.center_y, *o.scale, o.sampling, o.samples};
  PANTILE_TRY(resolve_range(resolved, image.frame));
  image.precision = o.precision;
  image.output = o.store;
  image.colormap = o.colormap;
  image.lo = *o.range_lo;
  image.hi = *o.range_hi;
  image.nan = o.nan_color;
  image.neg_inf = o.neg_inf_color;
  image.pos_inf = o.pos_inf_color;
  PANTILE_ASSIGN(std::shared_ptr<const formula::FormulaSource> source,
                 formula::FormulaSource::make(resolved.program, image));

  FolderJob& job = resolved.job;
  PANTILE_ASSIGN(job.plan, plan_layout(source->spec(), o.tile_px, o.shard_px));
  o.tile_px = job.plan.chunk_px;
  o.shard_px = job.plan.shard_px;
  while (o.out.size() > 1 && o.out.ends_with('/')) o.out.pop_back();
  job.output = static_cast<const OutputOptions&>(o);  // the part that every command has
  job.command = "generate";
  job.config_json = config_json(o);
  job.pixels = source->describe();
  if (!resolved.program.is_colour()) add_colour_settings(o, job.pixels);
  add_layout_settings(job.output, job.pixels);
  job.pixels.emplace_back("name", o.name);
  job.facts_json = facts(o, resolved.program);
  job.source = std::move(source);
  add_notes(resolved, image.frame);
  return resolved;
}

void tell(const ResolvedGenerate& job, JobListener* listener) {
  if (listener == nullptr) return;
  for (const std::string& text : job.notes) listener->on_note(text);
  for (const std::string& text : job.warnings) listener->on_warning(text);
}

}  // namespace pantile
