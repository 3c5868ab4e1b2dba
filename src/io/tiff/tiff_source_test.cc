#include "io/tiff/tiff_source.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "io/tiff/test_files.h"
#include "io/tiff/test_pyramid.h"

namespace pantile::tiff {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<TiffSource> open(const std::string& path) {
  auto source = TiffSource::open(path);
  EXPECT_TRUE(source.ok()) << source.error().message();
  return source.ok() ? std::move(*source) : nullptr;
}

/// Reads `rect` and says whether it is the picture's.
::testing::AssertionResult reads_as(const TiffSource& source, const TestPyramid& p, int level,
                                    const Rect& rect) {
  PixelBuffer got(p.plan.spec.dtype, rect.height(), rect.width(), p.plan.spec.channels);
  ReadContext ctx;
  const Status s = source.read(source.spec().region(level, rect), got.view(), ctx);
  if (!s.ok()) return ::testing::AssertionFailure() << s.error().message();
  const View want = View(p.levels[static_cast<std::size_t>(level)].view().window(rect));
  if (!same_pixels(std::as_const(got).view(), want)) {
    return ::testing::AssertionFailure() << "level " << level << " differs";
  }
  return ::testing::AssertionSuccess();
}

void expect_same(const TiffSource& source, const TestPyramid& p) {
  const ImageSpec &got = source.spec(), &want = p.plan.spec;
  ASSERT_EQ(got.levels.size(), want.levels.size());
  EXPECT_EQ(got.dtype, want.dtype);
  EXPECT_EQ(got.channels, want.channels);
  EXPECT_EQ(got.kind, want.kind);
  EXPECT_EQ(got.unit, want.unit);
  for (int i = 0; i < static_cast<int>(want.levels.size()); ++i) {
    const LevelInfo &g = got.levels[static_cast<std::size_t>(i)],
                    &w = want.levels[static_cast<std::size_t>(i)];
    ASSERT_EQ(g.bounds(), w.bounds());
    EXPECT_NEAR(g.scale.x, w.scale.x, 1e-6);
    EXPECT_NEAR(g.offset.y, w.offset.y, 1e-6);
    EXPECT_TRUE(reads_as(source, p, i, w.bounds()));
    const Rect odd = intersect(w.bounds(), {7, 3, w.width - 2, 3 + w.height / 2});
    if (!odd.empty()) {
      EXPECT_TRUE(reads_as(source, p, i, odd));
    }
  }
}

TEST(TiffRoundTrip, EveryCompressionTypeAndDialect) {
  for (const Form& form : kForms) {
    for (const auto& [dtype, channels] : {std::pair{DType::u8, 3},
                                          {DType::u8, 1},
                                          {DType::u8, 4},
                                          {DType::u8, 2},
                                          {DType::u16, 1},
                                          {DType::u16, 3},
                                          {DType::i32, 1},
                                          {DType::f32, 1},
                                          {DType::f64, 1}}) {
      if (form.codec.predictor && dtype_is_float(dtype)) continue;
      for (const Dialect dialect : {Dialect::ome, Dialect::pages}) {
        SCOPED_TRACE(::testing::Message() << form.name << " " << dtype_name(dtype) << " x"
                                          << channels << " dialect " << int(dialect));
        const TestPyramid p(150, 77, channels, dtype, 32, 64);
        TempFolder folder;
        write(p, folder, options(form, dialect));
        const auto source = open(folder / "a.tiff");
        ASSERT_NE(source, nullptr);
        expect_same(*source, p);
      }
    }
  }
}

TEST(TiffRoundTrip, SizesAtTheEdges) {
  for (const auto& [width, height] : {std::pair<std::int64_t, std::int64_t>{1, 1},
                                      {32, 32},
                                      {33, 1},
                                      {1, 70},
                                      {64, 64},
                                      {65, 129},
                                      {128, 128}}) {
    for (const Dialect dialect : {Dialect::ome, Dialect::pages}) {
      SCOPED_TRACE(::testing::Message() << width << "x" << height);
      const TestPyramid p(width, height, 3, DType::u8, 32, 64);
      TempFolder folder;
      write(p, folder, options(kForms[3], dialect));
      const auto source = open(folder / "a.tiff");
      ASSERT_NE(source, nullptr);
      expect_same(*source, p);
    }
  }
}

TEST(TiffRoundTrip, JpegComesBackAsRgbNearTheOriginal) {
  for (const bool subsample : {false, true}) {
    for (const int channels : {1, 3}) {
      const Form form{
          "jpeg",
          {.method = codec::Method::jpeg, .jpeg_quality = 95, .jpeg_subsample = subsample},
          Compression::jpeg};
      const TestPyramid p(150, 100, channels, DType::u8, 64, 128);
      TempFolder folder;
      write(p, folder, options(form, Dialect::ome));
      const auto source = open(folder / "a.tiff");
      ASSERT_NE(source, nullptr);
      EXPECT_EQ(source->spec().kind, channels == 3 ? Kind::rgb : Kind::intensity);
      PixelBuffer got(DType::u8, 100, 150, channels);
      ReadContext ctx;
      ASSERT_TRUE(source->read(source->spec().region(0, {0, 0, 150, 100}), got.view(), ctx).ok());
      double squares = 0;
      for (std::size_t i = 0; i < got.size_bytes(); ++i) {
        const double d =
            static_cast<double>(got.data()[i]) - static_cast<double>(p.levels[0].data()[i]);
        squares += d * d;
      }
      const double rms = std::sqrt(squares / static_cast<double>(got.size_bytes()));
      // Chroma at half the resolution blurs the pattern's steep red, no more.
      EXPECT_LT(rms, subsample ? 12 : 4) << channels << " channels";
    }
  }
}

TEST(TiffSource, SomeChannelsAndThreads) {
  const TestPyramid p(300, 200, 3, DType::u8, 32, 64);
  TempFolder folder;
  write(p, folder, options(kForms[3], Dialect::ome));
  const auto source = open(folder / "a.tiff");
  ASSERT_NE(source, nullptr);

  PixelBuffer green(DType::u8, 50, 60, 1);
  ReadContext ctx;
  ASSERT_TRUE(source->read({0, 0, 0, 1, 2, {20, 30, 80, 80}}, green.view(), ctx).ok());
  EXPECT_TRUE(
      same_pixels(std::as_const(green).view(),
                  View(View(p.levels[0].view().window({20, 30, 80, 80})).select_channels(1, 2))));

  std::vector<std::jthread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 100; ++i) {
        const int level = static_cast<int>(random() % p.levels.size());
        const Rect all = p.plan.spec.levels[static_cast<std::size_t>(level)].bounds();
        const auto x = static_cast<std::int64_t>(random() % static_cast<unsigned>(all.x1));
        const auto y = static_cast<std::int64_t>(random() % static_cast<unsigned>(all.y1));
        EXPECT_TRUE(reads_as(*source, p, level, intersect(all, {x, y, x + 40, y + 50})));
      }
    });
  }
}

/// A TIFF by libtiff itself, in the shapes others write.
struct Foreign {
  bool planar = false;
  bool tiled = false;
  std::uint32_t rows_per_strip = 7;
  std::uint16_t compression = COMPRESSION_ADOBE_DEFLATE;
  std::uint16_t photometric = PHOTOMETRIC_RGB;
};

void write_foreign(const std::string& path, const PixelBuffer& image, const Foreign& f,
                   std::uint32_t subfile_type, const char* mode) {
  TIFF* t = TIFFOpen(path.c_str(), mode);
  ASSERT_NE(t, nullptr);
  const View v = image.view();
  const auto width = static_cast<std::uint32_t>(v.width());
  const auto height = static_cast<std::uint32_t>(v.height());
  TIFFSetField(t, TIFFTAG_SUBFILETYPE, subfile_type);
  TIFFSetField(t, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(t, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, v.channels());
  TIFFSetField(t, TIFFTAG_PHOTOMETRIC, f.photometric);
  TIFFSetField(t, TIFFTAG_COMPRESSION, f.compression);
  TIFFSetField(t, TIFFTAG_PLANARCONFIG, f.planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  const int planes = f.planar ? v.channels() : 1;
  const int samples = f.planar ? 1 : v.channels();
  std::uint32_t bw = width, bh = f.rows_per_strip;
  if (f.tiled) {
    bw = bh = 32;
    TIFFSetField(t, TIFFTAG_TILEWIDTH, bw);
    TIFFSetField(t, TIFFTAG_TILELENGTH, bh);
  } else {
    TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, bh);
  }
  std::uint32_t index = 0;
  for (int p = 0; p < planes; ++p) {
    for (std::uint32_t y = 0; y < height; y += bh) {
      for (std::uint32_t x = 0; x < width; x += bw) {
        PixelBuffer block(DType::u8, bh, bw, samples);
        const Rect part = intersect({x, y, x + bw, y + bh}, {0, 0, width, height});
        const View from = View(View(v.window(part)).select_channels(p, p + samples));
        copy_pixels(from, block.view().window({0, 0, part.width(), part.height()}));
        const auto bytes = static_cast<tmsize_t>(
            f.tiled ? block.size_bytes()
                    : static_cast<std::size_t>(part.height() * part.width() * samples));
        const tmsize_t put = f.tiled ? TIFFWriteEncodedTile(t, index, block.data(), bytes)
                                     : TIFFWriteEncodedStrip(t, index, block.data(), bytes);
        ASSERT_EQ(put, bytes);
        ++index;
      }
    }
  }
  ASSERT_EQ(TIFFWriteDirectory(t), 1);
  TIFFClose(t);
}

TEST(TiffSource, ReadsStripsPlanesAndPagesOfOthers) {
  const TestPyramid p(100, 60, 3, DType::u8, 32, 64);
  for (const Foreign f : {Foreign{}, Foreign{.planar = true}, Foreign{.tiled = true},
                          Foreign{.planar = true, .tiled = true},
                          Foreign{.rows_per_strip = 60, .compression = COMPRESSION_LZW},
                          Foreign{.compression = COMPRESSION_NONE}}) {
    TempFolder folder;
    const std::string path = folder / "a.tif";
    for (std::size_t i = 0; i < p.levels.size(); ++i) {
      write_foreign(path, p.levels[i], f, i == 0 ? 0 : FILETYPE_REDUCEDIMAGE, i == 0 ? "w" : "a");
    }
    const auto source = open(path);
    ASSERT_NE(source, nullptr);
    ASSERT_EQ(source->spec().levels.size(), p.levels.size());
    for (int i = 0; i < static_cast<int>(p.levels.size()); ++i) {
      const Rect all = source->spec().levels[static_cast<std::size_t>(i)].bounds();
      EXPECT_TRUE(reads_as(*source, p, i, all));
      EXPECT_TRUE(reads_as(*source, p, i, intersect(all, {5, 9, 41, 30})));
    }
  }
}

TEST(TiffSource, OtherPicturesInTheFileAreNoLevels) {
  const TestPyramid p(100, 60, 1, DType::u8, 32, 64), label(30, 30, 1, DType::u8, 32, 64);
  const Foreign tiled{.tiled = true, .photometric = PHOTOMETRIC_MINISBLACK};
  TempFolder folder;
  const std::string path = folder / "stack.tif";
  write_foreign(path, p.levels[0], tiled, 0, "w");
  write_foreign(path, p.levels[0], tiled, 0, "a");      // another plane
  write_foreign(path, label.levels[0], tiled, 0, "a");  // another shape
  const auto source = open(path);
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->spec().levels.size(), 1u);
}

TEST(TiffSource, WhiteAsZeroIsInverted) {
  const TestPyramid p(40, 30, 1, DType::u8, 32, 64);
  PixelBuffer negative(DType::u8, 30, 40, 1);
  for (std::size_t i = 0; i < negative.size_bytes(); ++i) {
    negative.data()[i] = ~p.levels[0].data()[i];
  }
  TempFolder folder;
  write_foreign(folder / "n.tif", negative, {.photometric = PHOTOMETRIC_MINISWHITE}, 0, "w");
  const auto source = open(folder / "n.tif");
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(reads_as(*source, p, 0, {0, 0, 40, 30}));
}

TEST(TiffSource, FingerprintFollowsThePixels) {
  TempFolder a, b, c;
  TestPyramid p(100, 60, 1, DType::u8, 32, 64);
  write(p, a, options(kForms[0], Dialect::ome));
  write(p, b, options(kForms[0], Dialect::ome));
  p.levels[0].data()[3000] ^= std::byte{1};
  write(p, c, options(kForms[0], Dialect::ome));
  EXPECT_EQ(open(a / "a.tiff")->fingerprint(), open(b / "a.tiff")->fingerprint());
  EXPECT_NE(open(a / "a.tiff")->fingerprint(), open(c / "a.tiff")->fingerprint());
}

TEST(TiffSource, NamesWhatIsWrong) {
  TempFolder folder;
  EXPECT_EQ(TiffSource::open(folder / "none.tif").error().code(), Code::not_found);
  EXPECT_EQ(TiffSource::open(folder.path()).error().code(), Code::foreign);
  std::ofstream(folder / "text.tif") << "This is not a TIFF but a letter to my aunt.";
  const auto error = TiffSource::open(folder / "text.tif").error();
  EXPECT_EQ(error.code(), Code::foreign);
  EXPECT_NE(error.message().find("text.tif"), std::string::npos);

  const TestPyramid p(100, 60, 1, DType::u8, 32, 64);
  write(p, folder, options(kForms[3], Dialect::ome));
  fs::remove(folder / "a.tiff.sums");
  fs::resize_file(folder / "a.tiff", fs::file_size(folder / "a.tiff") - 100);
  const auto source = open(folder / "a.tiff");
  ASSERT_NE(source, nullptr) << "the directories lie in front and are whole";
  PixelBuffer out(DType::u8, 60, 100, 1);
  ReadContext ctx;
  Status s;
  for (int i = 0; i < static_cast<int>(p.levels.size()) && s.ok(); ++i) {
    const Rect all = source->spec().levels[static_cast<std::size_t>(i)].bounds();
    s = source->read(source->spec().region(i, all), out.view().window({0, 0, all.x1, all.y1}), ctx);
  }
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().code(), Code::corrupt);
  EXPECT_NE(s.error().message().find("a.tiff, level"), std::string::npos) << s.error().message();

  CancelToken stop;
  stop.cancel();
  ctx.cancel = &stop;
  EXPECT_EQ(source->read(source->spec().region(0, {0, 0, 100, 60}), out.view(), ctx).error().code(),
            Code::cancelled);
}

/// Damages files byte by byte: any answer is right except a crash or an endless loop.
TEST(TiffSource, SurvivesDamage) {
  const TestPyramid p(100, 60, 1, DType::u8, 32, 64);
  TempFolder folder;
  write(p, folder, options(kForms[3], Dialect::ome));
  const std::string good = bytes_of(folder / "a.tiff");
  std::mt19937 random(5);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    for (int k = 0; k < 3; ++k) bad[random() % 1200] = static_cast<char>(random());
    if (i % 5 == 0) bad.resize(random() % bad.size());
    std::ofstream(folder / "bad.tiff", std::ios::binary) << bad;
    const auto source = TiffSource::open(folder / "bad.tiff");
    if (!source.ok()) {
      ++refused;
      continue;
    }
    const ImageSpec& spec = (*source)->spec();
    for (int level = 0; level < static_cast<int>(spec.levels.size()); ++level) {
      const LevelInfo& l = spec.levels[static_cast<std::size_t>(level)];
      const Rect r{0, 0, std::min<std::int64_t>(l.width, 100),
                   std::min<std::int64_t>(l.height, 60)};
      PixelBuffer out(spec.dtype, r.height(), r.width(), spec.channels);
      ReadContext ctx;
      if (!(*source)->read(spec.region(level, r), out.view(), ctx).ok()) ++refused;
    }
  }
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace pantile::tiff
