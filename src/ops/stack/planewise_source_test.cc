#include "ops/stack/planewise_source.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/buffer.h"

namespace pantile {
namespace {

/// Three t of two z of 4 x 3 samples, 100 t + 10 z + x.
class Counted final : public TileSource {
 public:
  Counted() {
    spec_.name = "counted";
    spec_.t = 3;
    spec_.z = 2;
    spec_.t_step.scale = 5;
    spec_.levels = {{4, 3, {}, {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {10, 100}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    for (std::int64_t y = 0; y < r.rect.height(); ++y) {
      for (std::int64_t x = 0; x < r.rect.width(); ++x) {
        *out.at(y, x, 0) = static_cast<std::byte>(100 * r.t + 10 * r.z + r.rect.x0 + x);
      }
    }
    return {};
  }
  Fingerprint fingerprint() const override { return fingerprint_of("counted"); }

 private:
  ImageSpec spec_;
};

std::byte first_of(const TileSource& source, std::int64_t t, std::int64_t z) {
  std::byte sample{};
  ReadContext context;
  const MutableView view(&sample, Layout::interleaved(DType::u8, 1, 1, 1));
  EXPECT_TRUE(source.read({0, t, z, 0, 1, {1, 2, 2, 3}}, view, context).ok());
  return sample;
}

TEST(PlanewiseSource, MakesASourceOfEveryPlaneOnce) {
  int made = 0;
  const auto make = [&](PlanewiseSource::Source plane) -> Result<PlanewiseSource::Source> {
    ++made;
    EXPECT_EQ(plane->spec().t * plane->spec().z, 1);
    return plane;
  };
  const auto source = PlanewiseSource::create(std::make_shared<Counted>(), make);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(made, 1);
  EXPECT_EQ((*source)->spec().t, 3);
  EXPECT_EQ((*source)->spec().z, 2);
  EXPECT_EQ((*source)->spec().t_step.scale, 5);
  for (std::int64_t t = 0; t < 3; ++t) {
    for (std::int64_t z = 0; z < 2; ++z) {
      for (int again = 0; again < 3; ++again) {
        EXPECT_EQ(first_of(**source, t, z), static_cast<std::byte>(100 * t + 10 * z + 1));
      }
    }
  }
  EXPECT_EQ(made, 7) << "the first, for the spec, and six planes";
  first_of(**source, 2, 0);
  EXPECT_EQ(made, 7) << "of two planes they are kept";
  first_of(**source, 0, 0);
  EXPECT_EQ(made, 8);
}

TEST(PlanewiseSource, CountsWhatIsKeptOfBothPlanes) {
  const auto source = PlanewiseSource::create(
      std::make_shared<Counted>(),
      [](PlanewiseSource::Source plane) -> Result<PlanewiseSource::Source> { return plane; });
  ASSERT_TRUE(source.ok());
  const Cost cost = (*source)->cost({0, 2, 1, 0, 1, {0, 0, 4, 3}});
  EXPECT_EQ(cost.scratch_bytes, 10);
  EXPECT_EQ(cost.shared_bytes, 200);
}

TEST(PlanewiseSource, PassesErrorsOn) {
  const auto fails = [](const PlanewiseSource::Source&) -> Result<PlanewiseSource::Source> {
    return Error(Code::invalid, "no");
  };
  EXPECT_EQ(PlanewiseSource::create(std::make_shared<Counted>(), fails).error().message(), "no");
}

}  // namespace
}  // namespace pantile
