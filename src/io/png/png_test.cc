#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <tuple>
#include <utility>

#include "core/copy.h"
#include "io/png/png_source.h"
#include "io/png/png_writer.h"
#include "io/store/memory_store.h"
#include "support/fault_store.h"

namespace pantile::png {
namespace {

constexpr std::int64_t kLimit = 1 << 24;

PixelBuffer pattern(std::int64_t width, std::int64_t height, int channels, DType dtype) {
  PixelBuffer image(dtype, height, width, channels);
  std::mt19937 random(3);
  for (std::size_t i = 0; i < image.size_bytes(); ++i) {
    image.data()[i] = static_cast<std::byte>(i / 7 + (random() % 8 == 0 ? random() : 0));
  }
  return image;
}

View view_of(const PixelBuffer& b) { return b.view(); }

Bytes encoded(const PixelBuffer& image) {
  MemoryStore store;
  EXPECT_TRUE(write_png(store, "a.png", image.view()).ok());
  return *store.read("a.png");
}

TEST(Png, EveryTypeComesBack) {
  for (const DType dtype : {DType::u8, DType::u16}) {
    for (int channels = 1; channels <= 4; ++channels) {
      for (const auto& [w, h] : {std::pair<int, int>{1, 1}, {7, 3}, {640, 211}}) {
        const PixelBuffer image = pattern(w, h, channels, dtype);
        const auto decoded = decode_png(encoded(image), kLimit);
        ASSERT_TRUE(decoded.ok()) << decoded.error().message();
        ASSERT_EQ(decoded->pixels.view().channels(), channels);
        ASSERT_EQ(decoded->pixels.view().dtype(), dtype);
        EXPECT_TRUE(same_pixels(view_of(decoded->pixels), view_of(image)));
      }
    }
  }
}

TEST(Png, ManyBandsAreOnePicture) {
  for (const auto& [dtype, channels, w, h] : {std::tuple{DType::u8, 3, 2600, 2200},
                                              {DType::u16, 1, 4000, 900},
                                              {DType::u8, 4, 70000, 40}}) {
    const PixelBuffer image = pattern(w, h, channels, dtype);
    const Bytes bytes = encoded(image);
    const auto decoded = decode_png(bytes, std::int64_t{1} << 26);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_TRUE(same_pixels(view_of(decoded->pixels), view_of(image)));
  }
}

TEST(Png, BytesDoNotDependOnWhoEncodesABandAndWhen) {
  const PixelBuffer image = pattern(3000, 400, 3, DType::u8);
  MemoryStore store;
  const auto writer = PngWriter::open(store, "a.png", {.width = 3000, .height = 400});
  ASSERT_TRUE(writer.ok());
  const std::int64_t count = (*writer)->band_count();
  ASSERT_GT(count, 3);
  std::vector<EncodedBand> bands(static_cast<std::size_t>(count));
  std::vector<BandEncoder> encoders;
  for (int i = 0; i < 2; ++i) encoders.push_back((*writer)->make_encoder());
  for (std::int64_t i = count - 1; i >= 0; --i) {
    const std::int64_t y = i * (*writer)->band_rows();
    const std::int64_t end = std::min<std::int64_t>(400, y + (*writer)->band_rows());
    auto band = (*writer)->encode(i, view_of(image).window({0, y, 3000, end}),
                                  encoders[static_cast<std::size_t>(i % 2)]);
    ASSERT_TRUE(band.ok());
    bands[static_cast<std::size_t>(i)] = std::move(*band);
  }
  for (const EncodedBand& band : bands) ASSERT_TRUE((*writer)->append(band).ok());
  EXPECT_FALSE(*store.exists("a.png")) << "not before finish()";
  ASSERT_TRUE((*writer)->finish().ok());
  EXPECT_EQ(*store.read("a.png"), encoded(image));
  EXPECT_EQ((*writer)->bytes_written(), static_cast<std::int64_t>(encoded(image).size()));
}

TEST(Png, FiltersMakeASlopeSmall) {
  PixelBuffer slope(DType::u8, 500, 500, 3);
  for (std::size_t i = 0; i < slope.size_bytes(); ++i) {
    slope.data()[i] = static_cast<std::byte>(i / 3 % 500 / 2 + i / 1500 / 2);
  }
  EXPECT_LT(encoded(slope).size(), slope.size_bytes() / 50);
}

TEST(Png, FewColoursAreNotFiltered) {
  // Differences of random colours are many; the colours are few, and each repeats some pixel.
  std::mt19937 random(5);
  std::vector<std::byte> palette(3 * 32);
  for (std::byte& b : palette) b = static_cast<std::byte>(random());
  PixelBuffer picture(DType::u8, 300, 500, 3);
  std::size_t colour = 0, left = 0;
  for (std::size_t i = 0; i < picture.size_bytes(); i += 3, --left) {
    if (left == 0) {
      left = 1 + random() % 4;
      colour = random() % 32;
    }
    std::memcpy(picture.data() + i, palette.data() + 3 * colour, 3);
  }
  EXPECT_LT(encoded(picture).size(), picture.size_bytes() * 3 / 10);
}

TEST(Png, SaysSrgbAndNoTime) {
  const Bytes bytes = encoded(pattern(20, 20, 3, DType::u8));
  const std::string_view text = as_text(bytes);
  EXPECT_NE(text.find("sRGB"), std::string_view::npos);
  EXPECT_EQ(text.find("tIME"), std::string_view::npos);
}

TEST(Png, StridedRowsAreWrittenAsTheyLook) {
  const PixelBuffer wide = pattern(100, 40, 4, DType::u8);
  const View part = View(view_of(wide).window({10, 5, 60, 30})).select_channels(1, 4);
  MemoryStore store;
  ASSERT_TRUE(write_png(store, "a.png", part).ok());
  const auto decoded = decode_png(*store.read("a.png"), kLimit);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(same_pixels(view_of(decoded->pixels), part));
}

TEST(Png, WrongRowsAreRefused) {
  MemoryStore store;
  const auto writer = PngWriter::open(store, "a.png", {.width = 20, .height = 8});
  ASSERT_TRUE(writer.ok());
  BandEncoder encoder = (*writer)->make_encoder();
  const auto code_of = [&](std::int64_t band, const PixelBuffer& rows) {
    const auto encoded_band = (*writer)->encode(band, view_of(rows), encoder);
    return encoded_band.ok() ? std::optional<Code>() : encoded_band.error().code();
  };
  EXPECT_EQ(code_of(0, pattern(20, 10, 3, DType::u8)), Code::invalid) << "too many";
  EXPECT_EQ(code_of(0, pattern(19, 8, 3, DType::u8)), Code::invalid);
  EXPECT_EQ(code_of(0, pattern(20, 8, 1, DType::u8)), Code::invalid);
  EXPECT_EQ(code_of(0, pattern(20, 8, 3, DType::u16)), Code::invalid);
  EXPECT_EQ(code_of(1, pattern(20, 8, 3, DType::u8)), Code::invalid) << "no such band";
  EXPECT_EQ(code_of(-1, pattern(20, 8, 3, DType::u8)), Code::invalid);
  EXPECT_EQ((*writer)->finish().error().code(), Code::invalid) << "too few";
  EXPECT_FALSE(*store.exists("a.png"));
  const auto band = (*writer)->encode(0, view_of(pattern(20, 8, 3, DType::u8)), encoder);
  ASSERT_TRUE(band.ok());
  EXPECT_TRUE((*writer)->append(*band).ok());
  EXPECT_EQ((*writer)->append(*band).error().code(), Code::invalid) << "one too many";
  for (const WriteOptions& bad :
       {WriteOptions{.width = 0, .height = 1}, WriteOptions{.width = 1, .height = 1, .channels = 5},
        WriteOptions{.width = 1, .height = 1, .dtype = DType::f32},
        WriteOptions{.width = std::int64_t{1} << 31, .height = 1},
        WriteOptions{.width = std::int64_t{1} << 30, .height = 1}}) {
    const auto opened = PngWriter::open(store, "b.png", bad);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code(), Code::invalid);
  }
}

TEST(Png, AFullDiskIsReportedAsSuch) {
  FaultStore store(std::make_shared<MemoryStore>());
  store.fail(FaultStore::Call::append, 1, Code::out_of_space);
  EXPECT_EQ(write_png(store, "a.png", view_of(pattern(1000, 1000, 3, DType::u8))).error().code(),
            Code::out_of_space);
  EXPECT_FALSE(*store.exists("a.png"));
}

TEST(Png, LimitIsKeptBeforeDecoding) {
  const Bytes bytes = encoded(pattern(100, 100, 3, DType::u8));
  EXPECT_TRUE(decode_png(bytes, 30000).ok());
  EXPECT_EQ(decode_png(bytes, 29999).error().code(), Code::out_of_memory);
}

TEST(Png, GarbageIsRefused) {
  EXPECT_EQ(decode_png(as_bytes("GIF89a but not really a picture at all"), kLimit).error().code(),
            Code::foreign);
  EXPECT_EQ(decode_png({}, kLimit).error().code(), Code::foreign);
  const Bytes good = encoded(pattern(50, 40, 3, DType::u8));
  for (std::size_t size : {std::size_t{8}, std::size_t{40}, good.size() / 2}) {
    const auto cut = decode_png(std::span(good).first(size), kLimit);
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().code(), Code::corrupt) << size;
  }
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    Bytes bad = good;
    bad[8 + random() % (bad.size() - 8)] ^= static_cast<std::byte>(1 + random() % 255);
    refused += decode_png(bad, kLimit).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 250) << "its checksums cover nearly every byte";
}

TEST(PngSource, GivesAnyRectangle) {
  const PixelBuffer image = pattern(64, 48, 3, DType::u8);
  const auto path = std::filesystem::temp_directory_path() /
                    ("pantile-png-" + std::to_string(std::random_device()()) + ".png");
  const Bytes bytes = encoded(image);
  std::ofstream(path, std::ios::binary) << as_text(bytes);
  const auto source = PngSource::open(path.string());
  ASSERT_TRUE(source.ok()) << source.error().message();
  EXPECT_EQ((*source)->spec().kind, Kind::rgb);
  PixelBuffer out(DType::u8, 20, 30, 2);
  ReadContext ctx;
  const Region region{0, 0, 0, 1, 3, {10, 5, 40, 25}};
  ASSERT_TRUE((*source)->read(region, out.view(), ctx).ok());
  EXPECT_TRUE(
      same_pixels(view_of(out), View(view_of(image).window(region.rect)).select_channels(1, 3)));
  EXPECT_EQ((*source)->fingerprint(), (*PngSource::open(path.string()))->fingerprint());
  std::filesystem::remove(path);
  const auto gone = PngSource::open(path.string());
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().code(), Code::not_found);
}

}  // namespace
}  // namespace pantile::png
