// Is a pixel the same on every SIMD target of this machine as in plain code?
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "pipeline/validate/check_log.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

using formula::FormulaKernels;

template <class T> void set(FormulaKernels& to, const math::Kernels<T>* table) {
  if constexpr (sizeof(T) == 8) {
    to.f64 = table;
  } else {
    to.f32 = table;
  }
}
template <class T> void set(FormulaKernels& to, const ColourKernels<T>* table) {
  if constexpr (sizeof(T) == 8) {
    to.colour_f64 = table;
  } else {
    to.colour_f32 = table;
  }
}

FormulaKernels plain_code() {
  return {&math::scalar_kernels<double>(), &math::scalar_kernels<float>(),
          &scalar_colour_kernels<double>(), &scalar_colour_kernels<float>()};
}

// Each table of the machine with everything else in plain code.
template <class T> std::vector<FormulaKernels> all_tables() {
  std::vector<FormulaKernels> all;
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
std::string name_of(const FormulaKernels& k, Precision precision) {
  const bool f64 = precision == Precision::f64;
  const std::string_view maths = f64 ? k.f64->target : k.f32->target;
  const std::string_view colours = f64 ? k.colour_f64->target : k.colour_f32->target;
  return maths == "scalar" ? std::string(colours) + " colours" : std::string(maths);
}

}  // namespace

Result<ValidateCheck> check_targets(const Subject& s, const std::vector<FormulaKernels>& given) {
  std::vector<FormulaKernels> tables = given;
  if (tables.empty()) {
    tables = s.image.precision == Precision::f64 ? all_tables<double>() : all_tables<float>();
  }
  // The smaller picture, cut to an amount of samples that plain code does in a moment; a part of
  // odd sides from its middle.
  const LevelInfo& level = s.small->spec().levels.front();
  const std::int64_t n = s.small_image.frame.samples;
  const std::int64_t width = level.width;
  const std::int64_t rows =
      std::clamp<std::int64_t>((std::int64_t{1} << 21) / (width * n * n), 1, level.height);
  const std::int64_t top = (level.height - rows) / 2;
  const Rect rect{0, top, width, top + rows};
  CheckLog log(s, "targets", "px", rect.area() * static_cast<std::int64_t>(tables.size() + 1));
  PANTILE_ASSIGN(const auto plain,
                 formula::FormulaSource::make(*s.program, s.small_image, plain_code()));
  PANTILE_ASSIGN(const PixelBuffer want, read_pixels(*plain, rect, s.cancel));
  log.progress(rect.area());
  log.number("pixels", rect.area());

  std::int64_t different = 0;
  std::string names;
  for (const FormulaKernels& table : tables) {
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
  return log.finish(
      different == 0,
      tables.empty()
          ? "this machine has no SIMD target: plain code is all there is"
          : fmt::format("{} differences from plain code, looking at {} pixels on each of "
                        "{}",
                        different, rect.area(), names));
}

}  // namespace pantile::validate
