// Work that is not done: where a mask leaves nothing, and where the ground is even.
#include "ops/filter/masked_source.h"

#include <gtest/gtest.h>

#include <atomic>

#include "ops/filter/filter_source.h"
#include "ops/filter/test_images.h"

namespace pantile::filter {
namespace {

constexpr std::int64_t kWidth = 2000, kHeight = 1500;

/// A source that counts the pixels that are asked for.
class Counted final : public TileSource {
 public:
  explicit Counted(std::shared_ptr<const TileSource> inner) : inner_(std::move(inner)) {}
  const ImageSpec& spec() const override { return inner_->spec(); }
  Cost cost(const Region& region) const override { return inner_->cost(region); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override {
    pixels += region.rect.area();
    return inner_->read(region, out, ctx);
  }
  Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  mutable std::atomic<std::int64_t> pixels{0};

 private:
  std::shared_ptr<const TileSource> inner_;
};

/// 0 but for a square in the middle of noise.
std::shared_ptr<const TileSource> patch(DType dtype, const Rect& rect) {
  const auto noisy = noise(dtype, kWidth, kHeight);
  PixelBuffer pixels(dtype, kHeight, kWidth, 1);
  ReadContext context;
  EXPECT_TRUE(noisy->read({0, 0, 0, 0, 1, rect}, pixels.view().window(rect), context).ok());
  return std::make_shared<MemorySource>(std::move(pixels), Kind::intensity);
}

constexpr Rect kPatch{700, 600, 800, 650};

/// `operators` over `image`, then what `mask` leaves.
std::shared_ptr<const TileSource> masked(const std::shared_ptr<const TileSource>& image,
                                         const std::shared_ptr<const TileSource>& mask,
                                         const std::string& operators, const std::string& after) {
  const auto open = [&](const std::string&) -> Result<Graph> { return Graph::leaf(mask); };
  const auto graph =
      apply_chain(*parse_chain(operators + "mask(\"m\", 9)" + after), Graph::leaf(image), open);
  EXPECT_TRUE(graph.ok());
  const auto made = compile_graph(*graph);
  EXPECT_TRUE(made.ok());
  return *made;
}

TEST(MaskedSource, NothingIsReadWhereTheMaskLeavesNothing) {
  const auto image = std::make_shared<Counted>(noise(DType::f32, kWidth, kHeight));
  const auto made = masked(image, patch(DType::u8, kPatch), "gaussian(3) | ", "");
  read_rect(*made, {0, 0, 500, kHeight});
  EXPECT_EQ(image->pixels, 0);
  read_rect(*made, {0, 0, kWidth, kHeight});
  // Squares of 512 that the patch lies in, and what the Gaussian sees around.
  EXPECT_GT(image->pixels, 0);
  EXPECT_LE(image->pixels, 2 * (512 + 24) * (512 + 24));
}

TEST(MaskedSource, IsTheMaskOfTheWholeImage) {
  for (const DType dtype : {DType::u8, DType::i16, DType::f32, DType::u32}) {
    const auto image = noise(dtype, kWidth, kHeight);
    const auto mask = patch(DType::u16, kPatch);
    const auto made = masked(image, mask, "", "");
    EXPECT_EQ(made->spec().dtype, dtype);
    const Rect around{650, 550, 900, 700};
    const PixelBuffer found = read_rect(*made, around), of_mask = read_rect(*mask, around);
    const PixelBuffer before = read_rect(*filtered(image, "minimum([erode(1)])"), around);
    for (std::int64_t y = 0; y < around.height(); ++y) {
      for (std::int64_t x = 0; x < around.width(); ++x) {
        std::uint16_t inside;
        std::memcpy(&inside, of_mask.view().at(y, x), sizeof inside);
        const std::size_t size = dtype_bytes(dtype);
        if (inside != 0) {
          ASSERT_EQ(std::memcmp(found.view().at(y, x), before.view().at(y, x), size), 0);
        } else if (dtype == DType::f32) {
          ASSERT_EQ(*reinterpret_cast<const float*>(found.view().at(y, x)), 9.0f);
        } else {
          ASSERT_EQ(*found.view().at(y, x), std::byte{9});
        }
      }
    }
    expect_tiles_equal_whole(*made, "masked");
    expect_tiles_equal_whole(*masked(image, mask, "median(3) | ", " | box(9)"), "box of masked");
  }
}

/// Counts the rows that it makes.
class CountingOperator final : public RowOperator {
 public:
  explicit CountingOperator(std::atomic<std::int64_t>& rows) : rows_(rows) {}
  Reach reach() const override { return {5, 5}; }
  RowType input_type() const override { return RowType::u8; }
  RowType output_type() const override { return RowType::u8; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    ++rows_;
    const auto* const above = inputs[0].row<std::uint8_t>(0);
    const auto* const below = inputs[0].row<std::uint8_t>(10);
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = static_cast<std::byte>(above[i] + *(below + i - 5) + 1);
    }
  }

 private:
  std::atomic<std::int64_t>& rows_;
};

TEST(FilterSource, OfAnEvenGroundOnePixelIsMade) {
  for (const Boundary boundary : {Boundary::reflect, Boundary::constant, Boundary::wrap}) {
    std::atomic<std::int64_t> rows{0};
    Fused fused;
    const auto image = patch(DType::u8, kPatch);
    fused.spec = image->spec();
    fused.sources = {image};
    fused.channels = {{0, {{0, 0}}}};
    std::vector<Node> nodes(2);
    nodes[0].type = nodes[1].type = RowType::u8;
    nodes[1].op = std::make_shared<CountingOperator>(rows);
    nodes[1].inputs = {0};
    nodes[1].boundary = boundary;
    nodes[1].outside = 3;
    fused.pipelines.emplace_back(nodes, kWidth, kHeight);
    const FilterSource source(std::move(fused));
    expect_tiles_equal_whole(source, "an even ground");
    rows = 0;
    read_rect(source, {200, 20, 600, 400});
    EXPECT_LE(rows, 2);
    rows = 0;
    read_rect(source, {700, 590, 800, 640});
    EXPECT_EQ(rows, 50);
    rows = 0;
    read_rect(source, {0, 0, 100, 100});
    EXPECT_EQ(rows < 5, boundary == Boundary::reflect);
  }
}

}  // namespace
}  // namespace pantile::filter
