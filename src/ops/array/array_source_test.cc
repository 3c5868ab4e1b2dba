#include "ops/array/array_source.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"

namespace pantile {
namespace {

ImageSpec spec_of(const Layout& layout) {
  ImageSpec spec;
  spec.name = "array";
  spec.channels = layout.channels;
  spec.dtype = layout.dtype;
  spec.levels = {{.width = layout.width, .height = layout.height, .scale = {}, .offset = {}}};
  return spec;
}

/// Two channels of 3 rows of 4 numbers, one plane behind the other.
struct Planes {
  Planes() : samples(24) {
    std::iota(samples.begin(), samples.end(), std::uint16_t{0});
    layout = {DType::u16, 3, 4, 2, 8, 2, 24};
  }
  View view() const { return {reinterpret_cast<const std::byte*>(samples.data()), layout}; }

  std::vector<std::uint16_t> samples;
  Layout layout;
};

TEST(ArraySource, GivesAndLendsItsPixels) {
  const Planes planes;
  const auto source = ArraySource::make(planes.view(), nullptr, spec_of(planes.layout));
  ASSERT_TRUE(source.ok());
  const Region region{0, 0, 0, 1, 2, {1, 1, 3, 3}};
  PixelBuffer out(DType::u16, 2, 2, 1);
  ReadContext context;
  ASSERT_TRUE((*source)->read(region, out.view(), context).ok());
  const auto* got = reinterpret_cast<const std::uint16_t*>(out.data());
  EXPECT_EQ(std::vector<std::uint16_t>(got, got + 4), (std::vector<std::uint16_t>{17, 18, 21, 22}));
  const View lent = (*source)->borrow(region);
  EXPECT_EQ(lent.data(), reinterpret_cast<const std::byte*>(&planes.samples[17]));
  EXPECT_TRUE(same_pixels(lent, out.view()));
}

TEST(ArraySource, GivesThePlanesOfAStack) {
  const Planes planes;  // its two channels as two planes along z
  Layout layout = planes.layout;
  layout.channels = 1;
  ImageSpec spec = spec_of(layout);
  spec.z = 2;
  const View first(planes.view().data(), layout);
  const auto source = ArraySource::make(first, nullptr, spec, {.t = 0, .z = 24});
  ASSERT_TRUE(source.ok());
  PixelBuffer out(DType::u16, 1, 2, 1);
  ReadContext context;
  ASSERT_TRUE((*source)->read({0, 0, 1, 0, 1, {2, 1, 4, 2}}, out.view(), context).ok());
  const auto* got = reinterpret_cast<const std::uint16_t*>(out.data());
  EXPECT_EQ(std::vector<std::uint16_t>(got, got + 2), (std::vector<std::uint16_t>{18, 19}));
  spec.z = 1;
  const auto one = ArraySource::make(first, nullptr, spec);
  EXPECT_NE((*source)->fingerprint(), (*one)->fingerprint());
}

TEST(ArraySource, SaysWhetherItsChannelsComeTogether) {
  const Planes planes;
  EXPECT_EQ(
      (*ArraySource::make(planes.view(), nullptr, spec_of(planes.layout)))->channels_together(), 1);
  const PixelBuffer packed(DType::u16, 3, 4, 2);
  EXPECT_EQ((*ArraySource::make(packed.view(), nullptr, spec_of(packed.view().layout())))
                ->channels_together(),
            2);
}

TEST(ArraySource, IsNamedByItsSamplesWhateverTheirStrides) {
  const Planes planes;
  PixelBuffer packed(DType::u16, 3, 4, 2);
  copy_pixels(planes.view(), packed.view());
  const auto a = ArraySource::make(planes.view(), nullptr, spec_of(planes.layout));
  const auto b = ArraySource::make(packed.view(), nullptr, spec_of(packed.view().layout()));
  EXPECT_EQ((*a)->fingerprint(), (*b)->fingerprint());
  *packed.view().at(2, 3, 1) = std::byte{7};
  const auto c = ArraySource::make(packed.view(), nullptr, spec_of(packed.view().layout()));
  EXPECT_NE((*a)->fingerprint(), (*c)->fingerprint());
}

TEST(ArraySource, RefusesWhatDoesNotAgree) {
  const Planes planes;
  ImageSpec spec = spec_of(planes.layout);
  spec.channels = 3;
  EXPECT_EQ(ArraySource::make(planes.view(), nullptr, spec).error().code(), Code::invalid);
  EXPECT_EQ(ArraySource::make(View(), nullptr, spec).error().code(), Code::invalid);
}

}  // namespace
}  // namespace pantile
