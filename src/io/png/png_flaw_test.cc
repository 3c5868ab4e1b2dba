#include "io/png/png_flaw.h"

#include <gtest/gtest.h>

#include "core/buffer.h"
#include "io/png/png_writer.h"
#include "io/store/memory_store.h"

namespace pantile::png {
namespace {

TEST(PngFlaw, AWholePngHasNoneAndACutOneHas) {
  MemoryStore store;
  const PixelBuffer image(DType::u8, 5, 7, 3);
  ASSERT_TRUE(write_png(store, "a.png", image.view()).ok());
  EXPECT_EQ(*find_flaw(store, "a.png", 7, 5), "");
  EXPECT_EQ(*find_flaw(store, "a.png", 7, 6), "has 7 x 5 pixels, expected a PNG of 7 x 6 pixels");
  EXPECT_EQ(find_flaw(store, "b.png", 7, 5).error().code(), Code::not_found);

  const Bytes good = *store.read("a.png");
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_TRUE(store.write("cut.png", std::span(good).first(size)).ok());
    EXPECT_NE(*find_flaw(store, "cut.png", 7, 5), "") << size << " bytes";
  }
  ASSERT_TRUE(store.write("text.png", as_bytes(std::string(200, 'x'))).ok());
  EXPECT_EQ(*find_flaw(store, "text.png", 7, 5),
            "does not begin like a PNG, expected a PNG of 7 x 5 pixels");
}

}  // namespace
}  // namespace pantile::png
