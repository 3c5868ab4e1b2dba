#include "pipeline/preview/value_colours.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "pipeline/test_images.h"

namespace pantile {
namespace {

/// Four given values in a row, of one channel.
class RowSource final : public TileSource {
 public:
  RowSource(DType dtype, std::vector<double> values) : values_(std::move(values)) {
    spec_.name = "row";
    spec_.dtype = dtype;
    spec_.levels = {{static_cast<std::int64_t>(values_.size()), 1, {1, 1}, {0, 0}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Fingerprint fingerprint() const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    for (std::int64_t x = 0; x < out.width(); ++x) {
      const double v = values_[static_cast<std::size_t>(r.rect.x0 + x)];
      if (spec_.dtype == DType::f32) {
        const auto value = static_cast<float>(v);
        std::memcpy(out.at(0, x, 0), &value, sizeof value);
      } else {
        const auto value = static_cast<std::uint16_t>(v);
        std::memcpy(out.at(0, x, 0), &value, sizeof value);
      }
    }
    return {};
  }

 private:
  std::vector<double> values_;
  ImageSpec spec_;
};

std::vector<int> colours(DType dtype, std::vector<double> values, const std::string& facts,
                         const RecolourOptions& wish = {}) {
  const auto source = colour_values(std::make_shared<RowSource>(dtype, values), "a.zarr", facts,
                                    wish, ColourSource::Levels::first);
  EXPECT_TRUE(source.ok()) << source.error().message();
  if (!source.ok()) return {};
  PixelBuffer pixels(DType::u8, 1, static_cast<std::int64_t>(values.size()), 3);
  ReadContext context;
  EXPECT_TRUE((*source)
                  ->read((*source)->spec().region(0, (*source)->spec().levels[0].bounds()),
                         pixels.view(), context)
                  .ok());
  std::vector<int> bytes;
  for (std::size_t i = 0; i < pixels.size_bytes(); ++i) {
    bytes.push_back(std::to_integer<int>(pixels.data()[i]));
  }
  return bytes;
}

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::string kFacts =
    R"({"colormap": "blue-black-red", "range": [-2.0, 2.0], "nan_color": "#010203",
        "neg_inf_color": "#040506", "pos_inf_color": "#070809"})";

TEST(ValueColours, TakesWhatTheJobRecorded) {
  EXPECT_EQ(colours(DType::f32, {-2, 0, 2, kNan, -kInf, kInf}, kFacts),
            (std::vector<int>{20, 60, 170, 0, 0, 0, 170, 25, 50, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(ValueColours, WishesGoBeforeTheRecord) {
  RecolourOptions wish;
  wish.colormap = "gray";
  wish.range_lo = 0, wish.range_hi = 1;
  wish.nan_color = Rgb8{9, 9, 9};
  EXPECT_EQ(colours(DType::f32, {0, 1, kNan, kInf}, kFacts, wish),
            (std::vector<int>{0, 0, 0, 255, 255, 255, 9, 9, 9, 7, 8, 9}));
}

TEST(ValueColours, SixteenBitsSpanTheRecordedRange) {
  EXPECT_EQ(colours(DType::u16, {0, 65535}, kFacts), (std::vector<int>{20, 60, 170, 170, 25, 50}));
  // A wish is in the formula's values, not in stored numbers: 0 is the middle of -2 to 2.
  RecolourOptions wish;
  wish.colormap = "gray";
  wish.range_lo = -2, wish.range_hi = 0;
  EXPECT_EQ(colours(DType::u16, {0, 32768, 65535}, kFacts, wish),
            (std::vector<int>{0, 0, 0, 255, 255, 255, 255, 255, 255}));
}

TEST(ValueColours, StrangersFactsDoNoHarm) {
  for (const std::string facts :
       {"{}", "", "[1]", "nonsense", R"({"range": "wide", "colormap": 3})"}) {
    RecolourOptions wish;
    wish.range_lo = 0, wish.range_hi = 1;
    EXPECT_EQ(colours(DType::f32, {0, 1}, facts, wish), (std::vector<int>{0, 0, 0, 255, 255, 255}))
        << facts;
  }
}

TEST(ValueColours, NeedsARangeAndValues) {
  const auto image = std::make_shared<RowSource>(DType::f32, std::vector<double>{1});
  const auto rangeless = colour_values(image, "a.zarr", "{}", {}, ColourSource::Levels::first);
  ASSERT_FALSE(rangeless.ok());
  EXPECT_NE(rangeless.error().message().find("--range"), std::string::npos);
  RecolourOptions wish;
  wish.colormap = "rainbow";
  EXPECT_FALSE(colour_values(image, "a.zarr", kFacts, wish, ColourSource::Levels::first).ok());
  const auto picture = std::make_shared<testing_images::HashedSource>(4, 4);
  EXPECT_EQ(*colour_values(picture, "a.tiff", "{}", {}, ColourSource::Levels::first), picture);
  wish.colormap = "gray";
  const auto refused = colour_values(picture, "a.tiff", "{}", wish, ColourSource::Levels::first);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().message().starts_with("a.tiff holds colours"));
}

}  // namespace
}  // namespace pantile
