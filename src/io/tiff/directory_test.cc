#include "io/tiff/directory.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "io/tiff/le_bytes.h"
#include "io/tiff/ome_xml.h"

namespace pantile::tiff {
namespace {

TEST(Directory, EntriesAreSortedAndValuesFollow) {
  Directory d;
  d.add_u32(Tag::tile_width, 512);
  d.add_u16(Tag::bits_per_sample, std::array<std::uint16_t, 5>{8, 8, 8, 8, 9});
  d.add_ascii(Tag::software, "abc");
  const auto bytes = d.serialise(1000, 77);
  ASSERT_EQ(bytes.size(), d.size_bytes());
  ASSERT_EQ(bytes.size(), 80u + 16u);  // 8 + 3·20 + 8 rounded up, then five shorts rounded up
  LeReader r(bytes);
  EXPECT_EQ(r.take<std::uint64_t>(), 3u);
  EXPECT_EQ(r.take<std::uint16_t>(), 258);
  EXPECT_EQ(r.take<std::uint16_t>(), 3);
  EXPECT_EQ(r.take<std::uint64_t>(), 5u);
  EXPECT_EQ(r.take<std::uint64_t>(), 1080u);
  EXPECT_EQ(r.take<std::uint16_t>(), 305);
  EXPECT_EQ(r.take<std::uint16_t>(), 2);
  EXPECT_EQ(r.take<std::uint64_t>(), 4u);
  EXPECT_EQ(r.take<std::uint64_t>(), 0x00636261u);
  EXPECT_EQ(r.take<std::uint16_t>(), 322);
  EXPECT_EQ(r.take<std::uint16_t>(), 4);
  EXPECT_EQ(r.take<std::uint64_t>(), 1u);
  EXPECT_EQ(r.take<std::uint64_t>(), 512u);
  EXPECT_EQ(r.take<std::uint64_t>(), 77u);
  LeReader values{std::span(bytes).subspan(80)};
  EXPECT_EQ(values.take<std::uint16_t>(), 8);
}

TEST(Directory, SizeDoesNotDependOnValues) {
  Directory a, b;
  a.add_u64(Tag::tile_offsets, std::vector<std::uint64_t>(100, 0));
  b.add_u64(Tag::tile_offsets, std::vector<std::uint64_t>(100, ~0ull));
  EXPECT_EQ(a.size_bytes(), b.size_bytes());
}

TEST(Rational, IsExactWhereItCanBe) {
  const auto value = [](double v) {
    const Rational r = to_rational(v);
    return static_cast<double>(r.numerator) / r.denominator;
  };
  EXPECT_EQ(to_rational(72).denominator, 1u);
  EXPECT_EQ(to_rational(0.25).denominator, 4u);
  EXPECT_EQ(value(20000.5), 20000.5);
  EXPECT_EQ(value(0), 0);
  for (const double v : {M_PI, 1e9 / 3, 1e-6, 39370.0787401}) EXPECT_NEAR(value(v) / v, 1, 1e-9);
}

TEST(OmeXml, EscapesNamesAndKeepsToAscii) {
  ImageSpec spec;
  spec.name = "a<b> & \"c\" \xC3\xA9 \x01 \xFF";
  spec.levels = {{10, 20, {0.5, 0.25}, {}}};
  spec.unit = "micrometer";
  const auto xml = ome_xml(spec);
  ASSERT_TRUE(xml.ok());
  EXPECT_NE(xml->find("Name=\"a&#60;b&#62; &#38; &#34;c&#34; &#233; &#65533; &#65533;\""),
            std::string::npos)
      << *xml;
  EXPECT_NE(xml->find("PhysicalSizeX=\"0.5\" PhysicalSizeXUnit=\"&#181;m\""), std::string::npos);
  for (const char c : *xml) EXPECT_GE(c, 0);
}

TEST(OmeXml, SaysNoSizeWithoutALength) {
  ImageSpec spec;
  spec.levels = {{10, 20, {0.5, 0.25}, {}}};
  EXPECT_EQ(ome_xml(spec)->find("PhysicalSize"), std::string::npos);
  spec.dtype = DType::f16;
  EXPECT_EQ(ome_xml(spec).error().code(), Code::invalid);
}

}  // namespace
}  // namespace pantile::tiff
