// Kernels that do not heed an option: the harness finds it. So every option that it tries reaches
// the kernel, and has values there that make a difference, in every output and precision.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

#include "compute/math/apply-inl.h"
#include "gpu/host_machine.h"
#include "gpu/test_kernels.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_text.h"
#include "ops/formula/gpu/text_tool/sample_formulas.h"
#include "support/host_kernels.h"

namespace pantile::formula {
namespace {
#include "kernel_samples.inc"
}  // namespace
}  // namespace pantile::formula

namespace pantile::gpu {
namespace {

using formula::FormulaImage;
using formula::Output;
using formula::PixelForm;
using formula::PixelParameters;
using testing_cuda::draw_on_host;
using testing_cuda::Launch;

constexpr PictureSize kSize{20, 18};
constexpr std::int32_t kTilePx = 16;
constexpr std::string_view kNotFinite = kOptionFormulas[1];

/// An option: what a kernel does that takes it for another value; which pictures that changes, in
/// some pixel of some of them; and the values among which each has to be noticed.
struct IgnoredSampling {
  template <class T> static void ignore(PixelParameters<T>& p) { p.x.centered = p.y.centered = 1; }
  static bool matters(const Picture& p) { return p.image.frame.sampling == Sampling::corner; }
  static std::string value(const FormulaImage&) { return "corner"; }
};
struct IgnoredSamples {
  template <class T> static void ignore(PixelParameters<T>& p) { p.x.samples = p.y.samples = 1; }
  static bool matters(const Picture& p) { return p.image.frame.samples > 1; }
  static std::string value(const FormulaImage& image) {
    return std::to_string(image.frame.samples) + " samples";
  }
};
struct IgnoredRange {
  template <class T> static void ignore(PixelParameters<T>& p) {
    p.low = p.ramp.lo = -1;
    p.per_value = T(65535) / 2;
    p.ramp.per_value = p.ramp.last / 2;
  }
  static bool matters(const Picture& p) {
    return p.image.output != Output::value_f32 && p.image.lo != -1;
  }
  static std::string value(const FormulaImage& image) {
    return fmt::format("{} to {}", image.lo, image.hi);
  }
};
struct IgnoredColormap {
  template <class T> static void ignore(PixelParameters<T>& p) {
    static const ColourMapper<T> gray(*find_colormap("gray"), 0, 1, {}, {}, {});
    p.ramp.stops = gray.ramp().stops;
    p.ramp.per_value *= gray.ramp().last / p.ramp.last;
    p.ramp.last = gray.ramp().last;
  }
  static bool matters(const Picture& p) {
    return p.image.output == Output::rgb8 && p.image.colormap != "gray";
  }
  static std::string value(const FormulaImage& image) { return image.colormap; }
};
/// One of the three colours of what is no number.
enum class NoNumber { nan, neg_inf, pos_inf };
template <NoNumber which> struct IgnoredColour {
  template <class T> static void ignore(PixelParameters<T>& p) {
    const PixelRgb other{200, 201, 202};
    if constexpr (which == NoNumber::nan) p.ramp.nan = other;
    if constexpr (which == NoNumber::neg_inf) p.ramp.neg_inf = other;
    if constexpr (which == NoNumber::pos_inf) p.ramp.pos_inf = other;
  }
  static bool matters(const Picture& p) {
    return p.image.output == Output::rgb8 && p.formula == kNotFinite;
  }
  static std::string value(const FormulaImage&) { return "a colour"; }
};
struct IgnoredScale {
  template <class T> static void ignore(PixelParameters<T>& p) { p.x.scale = p.y.scale = 0.5; }
  static bool matters(const Picture&) { return true; }
  static std::string value(const FormulaImage& image) {
    return fmt::format("scale {}", image.frame.scale);
  }
};
struct IgnoredCenter {
  template <class T> static void ignore(PixelParameters<T>& p) { p.x.center = p.y.center = 0; }
  static bool matters(const Picture&) { return true; }
  static std::string value(const FormulaImage&) { return "center"; }
};

template <class Option, class Formula, PixelForm form, bool one_sample>
void draw_without(const Launch& launch) {
  using T = typename Formula::Value;
  if (launch.threads == 0) return draw_on_host<Formula, form, one_sample>(launch);
  auto parameters = *static_cast<const PixelParameters<T>*>(launch.arguments[0]);
  Option::ignore(parameters);
  void* arguments[] = {&parameters, launch.arguments[1]};
  Launch other = launch;
  other.arguments = arguments;
  draw_on_host<Formula, form, one_sample>(other);
}

constexpr bool is_option_formula(std::string_view formula) {
  return std::ranges::find(kOptionFormulas, formula) != std::end(kOptionFormulas);
}

std::string text_of(std::string_view words, Precision precision, PixelForm form, bool one_sample) {
  return formula::kernel_text(*formula::compile(words, precision), precision, form, one_sample)
      .code;
}

template <class Option, class Formula, PixelForm form>
void use_form(std::string_view words, HostMachine& host) {
  const Precision precision =
      std::is_same_v<typename Formula::Value, double> ? Precision::f64 : Precision::f32;
  host.use(text_of(words, precision, form, true),
           testing_cuda::kernel_code(&draw_without<Option, Formula, form, true>, form));
  host.use(text_of(words, precision, form, false),
           testing_cuda::kernel_code(&draw_without<Option, Formula, form, false>, form));
}

template <class Option, class Formula> void use(std::string_view words, HostMachine& host) {
  use_form<Option, Formula, PixelForm::rgb8>(words, host);
  use_form<Option, Formula, PixelForm::u16>(words, host);
  use_form<Option, Formula, PixelForm::f32>(words, host);
}

std::int64_t different(const GpuMachine& machine, const Picture& picture) {
  const auto parity = compare_picture(picture, machine.devices.front(), *machine.compiler, kTilePx);
  EXPECT_TRUE(parity.ok()) << picture.words();
  return parity.ok() ? parity->different : -1;
}

/// The pictures of all options. Colour maps but one only where they are asked for.
std::vector<Picture> option_pictures(bool every_colormap) {
  std::vector<Picture> all = pictures(kSize);
  std::erase_if(all, [&](const Picture& p) {
    return p.image.nan != Rgb8{1, 2, 3} || (!every_colormap && p.image.colormap != "gray");
  });
  return all;
}

template <class Option> void expect_noticed() {
  HostMachine host;
#define PANTILE_USE(Sample, words) \
  if constexpr (is_option_formula(words)) use<Option, formula::Sample>(words, host);
  PANTILE_SAMPLES(PANTILE_USE)
#undef PANTILE_USE
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  std::map<std::string, std::int64_t> noticed;
  for (const Picture& picture : option_pictures(std::is_same_v<Option, IgnoredColormap>)) {
    const std::int64_t bytes = different(*machine, picture);
    if (!Option::matters(picture)) {
      EXPECT_EQ(bytes, 0) << picture.words();
      continue;
    }
    noticed[fmt::format("{} in {} as {}", Option::value(picture.image),
                        word_for(picture.image.precision), word_for(picture.image.output))] +=
        bytes;
  }
  EXPECT_FALSE(noticed.empty());
  for (const auto& [what, bytes] : noticed) EXPECT_GT(bytes, 0) << what;
}

TEST(WrongOptions, SamplingIsFound) { expect_noticed<IgnoredSampling>(); }
TEST(WrongOptions, SamplesAreFound) { expect_noticed<IgnoredSamples>(); }
TEST(WrongOptions, RangeIsFound) { expect_noticed<IgnoredRange>(); }
TEST(WrongOptions, ColormapIsFound) { expect_noticed<IgnoredColormap>(); }
TEST(WrongOptions, ColourOfNanIsFound) { expect_noticed<IgnoredColour<NoNumber::nan>>(); }
TEST(WrongOptions, ColoursOfInfinitiesAreFound) {
  expect_noticed<IgnoredColour<NoNumber::neg_inf>>();
  expect_noticed<IgnoredColour<NoNumber::pos_inf>>();
}
TEST(WrongOptions, ScaleIsFound) { expect_noticed<IgnoredScale>(); }
TEST(WrongOptions, CenterIsFound) { expect_noticed<IgnoredCenter>(); }

/// Values, drawn in the other precision.
template <class Formula, class Other, bool one_sample>
void draw_in_other_precision(const Launch& launch) {
  using T = typename Formula::Value;
  using U = typename Other::Value;
  if (launch.threads == 0) return draw_on_host<Formula, PixelForm::f32, one_sample>(launch);
  const auto& p = *static_cast<const PixelParameters<T>*>(launch.arguments[0]);
  PixelParameters<U> parameters{
      p.x, p.y, {}, p.nan, static_cast<U>(p.low), static_cast<U>(p.per_value)};
  void* arguments[] = {&parameters, launch.arguments[1]};
  Launch other = launch;
  other.arguments = arguments;
  other.shared_bytes *= 2;
  draw_on_host<Other, PixelForm::f32, one_sample>(other);
}

TEST(WrongOptions, PrecisionIsFound) {
  using F64 = formula::Sample0;
  using F32 = formula::Sample1;
  static_assert(sizeof(F64::Value) == 8 && sizeof(F32::Value) == 4);
  HostMachine host;
  const auto use = [&](Precision precision, bool one_sample, testing_cuda::HostKernel kernel) {
    host.use(text_of("complex", precision, PixelForm::f32, one_sample),
             testing_cuda::kernel_code(kernel, PixelForm::f32));
  };
  use(Precision::f64, true, &draw_in_other_precision<F64, F32, true>);
  use(Precision::f64, false, &draw_in_other_precision<F64, F32, false>);
  use(Precision::f32, true, &draw_in_other_precision<F32, F64, true>);
  use(Precision::f32, false, &draw_in_other_precision<F32, F64, false>);
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  for (const Picture& picture : option_pictures(false)) {
    if (picture.formula != "complex") continue;
    const std::int64_t bytes = different(*machine, picture);
    EXPECT_EQ(bytes > 0, picture.image.output == Output::value_f32) << picture.words();
  }
}

/// Values of two bytes where four are to be, and where colours are to be.
TEST(WrongOptions, StoreIsFound) {
  const HostCodes codes = host_codes();
  HostMachine host;
  for (const Precision precision : {Precision::f64, Precision::f32}) {
    for (const bool one_sample : {true, false}) {
      const std::string u16 = codes.at(text_of("complex", precision, PixelForm::u16, one_sample));
      host.use(text_of("complex", precision, PixelForm::f32, one_sample), u16);
      host.use(text_of("complex", precision, PixelForm::rgb8, one_sample), u16);
    }
  }
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  for (const Picture& picture : option_pictures(false)) {
    if (picture.formula != "complex") continue;
    EXPECT_EQ(different(*machine, picture) > 0, picture.image.output != Output::value_u16)
        << picture.words();
  }
}

/// Each formula drawn as another that shares no more values of rows and columns.
TEST(WrongOptions, AnotherFormulaIsFound) {
  const HostCodes codes = host_codes();
  HostMachine host;
  std::map<std::string, std::string> drawn_as;  // by "formula precision"
  for (const std::string_view words : formula::kSampleFormulas) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      const auto program = formula::compile(words, precision);
      const PixelForm form = program->is_colour() ? PixelForm::rgb8 : PixelForm::f32;
      const auto text = formula::kernel_text(*program, precision, form, true);
      for (const std::string_view other : formula::kSampleFormulas) {
        const auto wrong = formula::compile(other, precision);
        const auto as = formula::kernel_text(*wrong, precision, form, true);
        if (other == words || wrong->is_colour() != program->is_colour() ||
            as.row_values > text.row_values || as.column_values > text.column_values) {
          continue;
        }
        host.use(text.code, codes.at(as.code));
        drawn_as[std::string(words) + std::string(word_for(precision))] = other;
      }
    }
  }
  EXPECT_GE(drawn_as.size(), 2 * (std::size(formula::kSampleFormulas) - 2));
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  for (const Picture& picture : pictures(kSize)) {
    const FormulaImage& image = picture.image;
    const auto as = drawn_as.find(picture.formula + std::string(word_for(image.precision)));
    const bool colour = formula::compile(picture.formula, image.precision)->is_colour();
    if (as == drawn_as.end() || image.frame.samples > 1 || image.nan == Rgb8{1, 2, 3} ||
        image.output != (colour ? Output::rgb8 : Output::value_f32)) {
      continue;
    }
    EXPECT_GT(different(*machine, picture), 0) << picture.words() << " drawn as " << as->second;
  }
}

}  // namespace
}  // namespace pantile::gpu
