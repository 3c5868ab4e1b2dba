// The sources that compute or decode; those of stores and TIFFs are checked on what the sinks wrote
// (contract/sink_contract.h).
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "contract/source_contract.h"
#include "contract/temporary_folder.h"
#include "io/png/png_source.h"
#include "io/png/png_writer.h"
#include "io/store/file_store.h"
#include "ops/colormap/colour_source.h"
#include "ops/crop/crop_source.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "ops/resize/area_source.h"

namespace pantile::contract {
namespace {

using Source = std::shared_ptr<const TileSource>;

template <class T> Result<Source> as_source(Result<std::unique_ptr<T>> source) {
  if (!source.ok()) return source.error();
  return Source(std::move(source).value());
}

Result<Source> formula(StoreKind store, Precision precision, int samples, bool colour) {
  // Values with NaN below x² + y² = 1, infinities on the line y = 0, and an ordinary rest.
  const char* text = colour ? "rgb(fract(x), fract(y), fract(x*y))"
                            : "sqrt(x*x + y*y - 1) + if(x > 3, 1/y, sin(x*y))";
  PANTILE_ASSIGN(const auto program, formula::compile(text, precision));
  formula::FormulaImage image;
  image.frame = {241, 187, 0.25, 0, 0.05, Sampling::center, samples};
  image.precision = precision;
  image.output = store;
  image.hi = 6;
  return as_source(formula::FormulaSource::make(program, image));
}

Result<Source> rgb8() { return formula(StoreKind::rgb8, Precision::f64, 1, false); }
Result<Source> f32() { return formula(StoreKind::value_f32, Precision::f64, 1, false); }

Result<Source> coloured(StoreKind store) {
  PANTILE_ASSIGN(const Source values, formula(store, Precision::f64, 1, false));
  Colouring colouring;
  colouring.map = find_colormap("blue-black-red");
  if (store == StoreKind::value_u16) colouring.value_step = 1.0 / 65535;
  return as_source(ColourSource::create(values, colouring, ColourSource::Levels::all));
}

Result<Source> crop_to(const Rect& rect, Result<Source> inner) {
  PANTILE_TRY(inner);
  return as_source(CropSource::create(*inner, rect));
}

Result<Source> shrunk(Result<Source> inner) {
  PANTILE_TRY(inner);
  return as_source(AreaSource::create(*inner, 0, 101, 67));
}

Result<Source> png(DType dtype, int channels) {
  const TemporaryFolder folder;  // the picture is read whole by open()
  PixelBuffer pixels(dtype, 90, 131, channels);
  for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
    pixels.data()[i] = static_cast<std::byte>(i * i / 11);
  }
  FileStore store(folder.path());
  PANTILE_TRY(png::write_png(store, "picture.png", std::as_const(pixels).view()));
  return as_source(png::PngSource::open(folder.path() + "/picture.png"));
}

struct SourceCase {
  std::string name;
  std::function<Result<Source>()> make;
};
inline void PrintTo(const SourceCase& c, std::ostream* out) { *out << c.name; }

const SourceCase kCases[] = {
    {"formula_rgb8", rgb8},
    {"formula_rgb8_f32", [] { return formula(StoreKind::rgb8, Precision::f32, 1, false); }},
    {"formula_rgb8_samples", [] { return formula(StoreKind::rgb8, Precision::f64, 3, false); }},
    {"formula_colour", [] { return formula(StoreKind::rgb8, Precision::f64, 1, true); }},
    {"formula_colour_samples", [] { return formula(StoreKind::rgb8, Precision::f64, 2, true); }},
    {"formula_u16", [] { return formula(StoreKind::value_u16, Precision::f64, 1, false); }},
    {"formula_f32", f32},
    {"formula_f32_samples", [] { return formula(StoreKind::value_f32, Precision::f32, 2, false); }},
    {"colour_of_f32", [] { return coloured(StoreKind::value_f32); }},
    {"colour_of_u16", [] { return coloured(StoreKind::value_u16); }},
    {"crop_of_rgb8", [] { return crop_to({17, 5, 203, 171}, rgb8()); }},
    {"crop_of_area", [] { return crop_to({3, 5, 90, 60}, shrunk(f32())); }},
    {"area_of_rgb8", [] { return shrunk(rgb8()); }},
    {"area_of_f32", [] { return shrunk(f32()); }},
    {"area_of_crop", [] { return shrunk(crop_to({17, 5, 203, 171}, rgb8())); }},
    {"png_u8_grey", [] { return png(DType::u8, 1); }},
    {"png_u8_rgb", [] { return png(DType::u8, 3); }},
    {"png_u16_rgba", [] { return png(DType::u16, 4); }},
};

class SourceContract : public testing::TestWithParam<SourceCase> {};

TEST_P(SourceContract, DoesWhatEverySourceDoes) {
  const auto source = GetParam().make();
  ASSERT_TRUE(source.ok()) << source.error().message();
  check_source(**source);
}

TEST_P(SourceContract, HasTheFingerprintOfItsPixels) {
  const auto one = GetParam().make(), same = GetParam().make();
  ASSERT_TRUE(one.ok() && same.ok());
  EXPECT_EQ((*one)->fingerprint(), (*same)->fingerprint());
  EXPECT_NE((*one)->fingerprint(), Fingerprint{});
  // Another case's pixels are others, so its name is another.
  for (const SourceCase& other : kCases) {
    if (other.name == GetParam().name) continue;
    const auto source = other.make();
    ASSERT_TRUE(source.ok()) << source.error().message();
    EXPECT_NE((*one)->fingerprint(), (*source)->fingerprint()) << other.name;
  }
}

std::string source_case_name(const testing::TestParamInfo<SourceCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sources, SourceContract, testing::ValuesIn(kCases), source_case_name);

}  // namespace
}  // namespace pantile::contract
