// Is a pixel the same on every SIMD target of this machine as in plain code?
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"
#include "pipeline/validate/values.h"

namespace pantile::validate {
namespace {

using formula::FormulaTables;

// What plain code does in a moment.
constexpr std::int64_t kPixelSamples = std::int64_t{1} << 21, kValues = std::int64_t{1} << 19;

template <class T> void set(FormulaTables& to, const math::Kernels<T>* table) {
  if constexpr (sizeof(T) == 8) {
    to.f64 = table;
  } else {
    to.f32 = table;
  }
}
template <class T> void set(FormulaTables& to, const ColourKernels<T>* table) {
  if constexpr (sizeof(T) == 8) {
    to.colour_f64 = table;
  } else {
    to.colour_f32 = table;
  }
}

FormulaTables plain_code() {
  return {&math::scalar_kernels<double>(), &math::scalar_kernels<float>(),
          &scalar_colour_kernels<double>(), &scalar_colour_kernels<float>()};
}

// Each table of the machine with everything else in plain code.
template <class T> std::vector<FormulaTables> all_tables() {
  std::vector<FormulaTables> all;
  const auto add = [&](const auto* table) {
    if (table->target == "scalar") return;
    all.push_back(plain_code());
    set(all.back(), table);
  };
  for (const auto* table : math::all_kernels<T>()) add(table);
  for (const auto* table : all_colour_kernels<T>()) add(table);
  return all;
}

// The part that is not plain code.
std::string name_of(const FormulaTables& k, Precision precision) {
  const bool f64 = precision == Precision::f64;
  const std::string_view maths = f64 ? k.f64->target : k.f32->target;
  const std::string_view colours = f64 ? k.colour_f64->target : k.colour_f32->target;
  return maths == "scalar" ? std::string(colours) + " colours" : std::string(maths);
}

template <class T> const math::Kernels<T>* maths_of(const FormulaTables& k) {
  if constexpr (sizeof(T) == 8) {
    return k.f64;
  } else {
    return k.f32;
  }
}

// The rows in the middle of the smaller picture that have at most so many samples.
Rect middle_rows(const Subject& s, std::int64_t samples) {
  const LevelInfo& level = s.small_level();
  const std::int64_t n = s.small_image.frame.samples;
  const std::int64_t rows =
      std::clamp<std::int64_t>(samples / (level.width * n * n), 1, level.height);
  const std::int64_t top = (level.height - rows) / 2;
  return {0, top, level.width, top + rows};
}

// Of the same rows, numbers of samples.
Rect value_samples(const Subject& s) {
  const std::int64_t n = s.small_image.frame.samples;
  const Rect rows = middle_rows(s, kValues);
  return {rows.x0 * n, rows.y0 * n, rows.x1 * n, rows.y1 * n};
}

// The formula's values, in every bit: how many differ on any table.
template <class T>
Result<std::int64_t> look_at_values(const Subject& s, const std::vector<FormulaTables>& tables,
                                    CheckLog& log) {
  std::vector<const math::Kernels<T>*> maths;
  for (const FormulaTables& table : tables) {
    if (maths_of<T>(table)->target != "scalar") maths.push_back(maths_of<T>(table));
  }
  const std::int64_t n = s.small_image.frame.samples;
  std::int64_t different = 0;
  PANTILE_ASSIGN(const std::vector<Found> found, compare_values<T>(s, maths, value_samples(s)));
  for (std::size_t k = 0; k < maths.size(); ++k) {
    const std::string target(maths[k]->target);
    log.number("different values " + target, found[k].wrong);
    different += found[k].wrong;
    if (found[k].wrong == 0) continue;
    const Rect& w = found[k].where;
    log.place(false, {w.x0 / n, w.y0 / n, (w.x1 + n - 1) / n, (w.y1 + n - 1) / n},
              fmt::format("on {}: {} of {} values of the formula differ from plain code", target,
                          found[k].wrong, found[k].pixels));
  }
  return different;
}

}  // namespace

Result<ValidateCheck> check_targets(const Subject& s, const std::vector<FormulaTables>& given) {
  std::vector<FormulaTables> tables = given;
  if (tables.empty()) {
    tables = s.image.precision == Precision::f64 ? all_tables<double>() : all_tables<float>();
  }
  const Rect rect = middle_rows(s, kPixelSamples);
  CheckLog log(s, "targets", "px", rect.area() * static_cast<std::int64_t>(tables.size() + 1));
  PANTILE_ASSIGN(const auto plain,
                 formula::FormulaSource::make(*s.program, s.small_image, plain_code()));
  PANTILE_ASSIGN(const PixelBuffer want, read_pixels(*plain, rect, s.cancel));
  log.progress(rect.area());
  log.number("pixels", rect.area());

  log.number("values", value_samples(s).area());
  PANTILE_ASSIGN(std::int64_t different, s.image.precision == Precision::f64
                                             ? look_at_values<double>(s, tables, log)
                                             : look_at_values<float>(s, tables, log));
  std::string names;
  for (const FormulaTables& table : tables) {
    PANTILE_ASSIGN(const auto source,
                   formula::FormulaSource::make(*s.program, s.small_image, table));
    PANTILE_ASSIGN(const PixelBuffer got, read_pixels(*source, rect, s.cancel));
    const Found here = find_differences(got.view(), want.view(), rect.x0, rect.y0);
    const std::string name = name_of(table, s.image.precision);
    log.found(false, here, "on " + name, "differ from plain code");
    log.number("different " + name, here.wrong);
    log.progress(here.pixels);
    different += here.wrong;
    names += (names.empty() ? "" : ", ") + name;
  }
  if (tables.empty()) {
    return log.finish(true, "this machine has no SIMD target: plain code is all there is");
  }
  return log.finish(different == 0,
                    fmt::format("{} differences from plain code, in {} pixels and in every bit of "
                                "{} values on each of {}",
                                different, rect.area(), value_samples(s).area(), names));
}

}  // namespace pantile::validate
