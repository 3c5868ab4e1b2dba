#include "io/tiff/sums_file.h"

#include <gtest/gtest.h>

#include "io/tiff/test_files.h"
#include "io/tiff/test_pyramid.h"
#include "io/tiff/tiff_handle.h"
#include "io/tiff/tiff_source.h"

namespace pantile::tiff {
namespace {

/// Opens the file and reads all its pixels.
Status read_all(const std::string& path) {
  PANTILE_ASSIGN(const auto source, TiffSource::open(path));
  const ImageSpec& spec = source->spec();
  for (std::size_t i = 0; i < spec.levels.size(); ++i) {
    const LevelInfo& level = spec.levels[i];
    PixelBuffer out(spec.dtype, level.height, level.width, spec.channels);
    ReadContext ctx;
    PANTILE_TRY(source->read(spec.region(static_cast<int>(i), level.bounds()), out.view(), ctx));
  }
  return {};
}

TEST(SumsFile, WithItsSidecarEveryDamagedByteIsFound) {
  const TestPyramid p(70, 50, 3, DType::u8, 32, 64);
  for (const std::size_t form : {std::size_t{0}, std::size_t{3}}) {  // none, deflate
    for (const Dialect dialect : {Dialect::ome, Dialect::pages}) {
      TempFolder folder;
      write(p, folder, options(kForms[form], dialect));
      const std::string path = folder / "a.tiff", good = bytes_of(path);
      ASSERT_TRUE(read_all(path).ok());
      for (std::size_t i = 0; i < good.size(); i += form == 0 ? 61 : 13) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1 << i % 8);
        put_bytes(path, bad);
        const Status s = read_all(path);
        ASSERT_FALSE(s.ok()) << kForms[form].name << ", byte " << i;
        ASSERT_EQ(s.error().code(), Code::corrupt) << s.error().message();
        ASSERT_NE(s.error().message().find("a.tiff"), std::string::npos) << s.error().message();
      }
      for (const std::size_t size : {good.size() - 1, good.size() / 2, std::size_t{9}}) {
        put_bytes(path, good.substr(0, size));
        const Status s = read_all(path);
        ASSERT_FALSE(s.ok());
        EXPECT_EQ(s.error().code(), Code::corrupt) << s.error().message();
      }
      put_bytes(path, good + "x");
      EXPECT_FALSE(read_all(path).ok());
    }
  }
}

TEST(SumsFile, NamesTheTileThatDoesNotMatch) {
  const TestPyramid p(100, 60, 1, DType::u8, 32, 64);
  TempFolder folder;
  write(p, folder, options(kForms[0], Dialect::ome));
  const std::string path = folder / "a.tiff";
  const auto handle = Handle::open(path);
  ASSERT_TRUE(handle.ok());
  std::string bytes = bytes_of(path);
  const std::uint64_t at = TIFFGetStrileOffset((*handle)->tiff(), 6);
  bytes[at + 100] = static_cast<char>(bytes[at + 100] ^ 16);
  put_bytes(path, bytes);
  const auto opened = TiffSource::open(path);
  ASSERT_TRUE(opened.ok()) << "the head is whole: " << opened.error().message();
  const TiffSource& source = **opened;
  const auto read = [&](const Rect& rect) {
    PixelBuffer out(DType::u8, rect.height(), rect.width(), 1);
    ReadContext ctx;
    return source.read(source.spec().region(0, rect), out.view(), ctx);
  };
  EXPECT_TRUE(read({0, 0, 100, 32}).ok());
  EXPECT_TRUE(read({0, 32, 64, 60}).ok());
  const Status s = read({0, 0, 100, 60});
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().code(), Code::corrupt);
  EXPECT_NE(s.error().message().find("a.tiff, level 0: tile 6 (column 2, row 1)"),
            std::string::npos)
      << s.error().message();
}

TEST(SumsFile, ADamagedSidecarIsNamedAndAStrangersIsLeftAside) {
  const TestPyramid p(100, 60, 1, DType::u8, 32, 64), other(90, 80, 1, DType::u8, 32, 64);
  TempFolder folder, elsewhere;
  write(p, folder, options(kForms[3], Dialect::ome));
  write(other, elsewhere, options(kForms[3], Dialect::ome));
  const std::string path = folder / "a.tiff", sums = folder / "a.tiff.sums", good = bytes_of(sums);
  for (std::size_t i = 8; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    put_bytes(sums, bad);
    const Status s = read_all(path);
    ASSERT_FALSE(s.ok()) << "byte " << i;
    EXPECT_EQ(s.error().code(), Code::corrupt);
    EXPECT_NE(s.error().message().find("a.tiff.sums"), std::string::npos);
  }
  for (const std::string& text :
       {std::string(), std::string("some sums of mine"), bytes_of(elsewhere / "a.tiff.sums")}) {
    put_bytes(sums, text);
    EXPECT_TRUE(read_all(path).ok());
  }
}

}  // namespace
}  // namespace pantile::tiff
