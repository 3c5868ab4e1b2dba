#include "ops/function/read_padded.h"

#include <gtest/gtest.h>

#include <limits>

#include "ops/function/test_places.h"

namespace pantile {
namespace {

constexpr Boundary kAll[] = {Boundary::reflect, Boundary::nearest, Boundary::constant,
                             Boundary::wrap};

/// Sample by sample, by the rule alone.
PixelBuffer by_rule(std::int64_t width, std::int64_t height, const Rect& rect,
                    const Outside& outside) {
  PixelBuffer out(DType::i32, rect.height(), rect.width(), 1);
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    for (std::int64_t x = 0; x < rect.width(); ++x) {
      const std::int64_t at_y = inside(rect.y0 + y, height, outside.boundary);
      const std::int64_t at_x = inside(rect.x0 + x, width, outside.boundary);
      *reinterpret_cast<std::int32_t*>(out.view().at(y, x)) = static_cast<std::int32_t>(
          at_y < 0 || at_x < 0 ? outside.value : static_cast<double>(at_y * 1000 + at_x));
    }
  }
  return out;
}

TEST(ReadPadded, FillsByTheRuleWhereverItLies) {
  for (const auto& [width, height] : {std::pair{100, 70}, {1, 1}, {2, 3}, {5, 1}}) {
    const test::Places source(width, height);
    for (const Boundary boundary : kAll) {
      for (const Rect& rect : {Rect{0, 0, width, height},
                               {-3, -4, 7, 9},
                               {width - 2, height - 1, width + 30, height + 5},
                               {-40, -30, width + 33, height + 44},
                               {width + 5, -9, width + 9, -2}}) {
        const Outside outside{boundary, -7};
        PixelBuffer out(DType::i32, rect.height(), rect.width(), 1);
        ReadContext context;
        ASSERT_TRUE(read_padded(source, rect, outside, out.view(), context).ok());
        EXPECT_TRUE(same_pixels(out.view(), by_rule(width, height, rect, outside).view()))
            << boundary_name(boundary) << " " << rect.x0 << " " << rect.y0 << " of " << width;
      }
    }
  }
}

TEST(ReadPadded, KnowsWhatATypeHolds) {
  EXPECT_TRUE(holds(DType::u8, 255));
  EXPECT_FALSE(holds(DType::u8, 256));
  EXPECT_FALSE(holds(DType::u16, -1));
  EXPECT_FALSE(holds(DType::i32, 0.5));
  EXPECT_TRUE(holds(DType::i8, -128));
  EXPECT_TRUE(holds(DType::u64, 0x1p63));
  EXPECT_FALSE(holds(DType::u64, 0x1p64));
  EXPECT_FALSE(holds(DType::i64, 0x1p63));
  EXPECT_FALSE(holds(DType::u8, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(holds(DType::f32, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(holds(DType::f32, 1e300));
  EXPECT_TRUE(holds(DType::f16, 0));
  EXPECT_FALSE(holds(DType::f16, 1));
}

}  // namespace
}  // namespace pantile
