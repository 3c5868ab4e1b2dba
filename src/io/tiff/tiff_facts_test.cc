#include "io/tiff/tiff_facts.h"

#include <gtest/gtest.h>

#include <string>

#include "io/tiff/ome_xml.h"

namespace pantile::tiff {
namespace {

TEST(OmeFacts, ComeBackFromOurOwnDocument) {
  ImageSpec spec;
  spec.name = "a \"b\" <\u00B5> & \U0001F40C";
  spec.unit = "nanometer";
  spec.levels = {{100, 60, {500, 250}, {}}};
  const auto xml = ome_xml(spec);
  ASSERT_TRUE(xml.ok());
  const OmeFacts facts = read_ome_facts(*xml);
  EXPECT_EQ(facts.name, spec.name);
  EXPECT_DOUBLE_EQ(facts.pixel_um.x, 0.5);
  EXPECT_DOUBLE_EQ(facts.pixel_um.y, 0.25);
}

TEST(OmeFacts, AreThoseOfTheFirstImageAndMicrometresUnlessSaid) {
  const OmeFacts facts = read_ome_facts(
      "<OME><ImageX Name='no'/><Image ID='Image:0'\n\tName = 'no' Name='scan &#x41;&lt;'>"
      "<Pixels PhysicalSizeX='2' PhysicalSizeY='3' PhysicalSizeYUnit='mm'/></Image>"
      "<Image Name='label'><Pixels PhysicalSizeX='9' PhysicalSizeY='9'/></Image></OME>");
  EXPECT_EQ(facts.name, "scan A<");
  EXPECT_DOUBLE_EQ(facts.pixel_um.x, 2);
  EXPECT_DOUBLE_EQ(facts.pixel_um.y, 3000);
}

TEST(OmeFacts, WhatIsNotSaidOrCannotBeIsLeftOut) {
  for (const char* xml :
       {"", "<", "<Image", "<Image Name=", "<Image Name='", "<Image Name='a",
        "<Pixels PhysicalSizeX='1'/>",
        "<Pixels PhysicalSizeX='0' "
        "PhysicalSizeY='1'/>",
        "<Pixels PhysicalSizeX='nan' PhysicalSizeY='1'/>",
        "<Pixels PhysicalSizeX='-1' PhysicalSizeY='1'/>",
        "<Pixels PhysicalSizeX='1e308' PhysicalSizeXUnit='mm' PhysicalSizeY='1'/>",
        "<Pixels PhysicalSizeX='1' PhysicalSizeXUnit='pixel' PhysicalSizeY='1'/>",
        "<Image Name=''/>"}) {
    const OmeFacts facts = read_ome_facts(xml);
    EXPECT_EQ(facts.name, "") << xml;
    EXPECT_EQ(facts.pixel_um.x, 0) << xml;
  }
  EXPECT_EQ(read_ome_facts("<Image Name='&#xD800;&#0;&bogus;&'>").name, "&#xD800;&#0;&bogus;&");
}

TEST(OmeFacts, ALongNameIsReadInOneGo) {
  // Were each character looked at from every other, this would take hours.
  std::string name(std::size_t{16} << 20, 'n');
  name += '&';
  EXPECT_EQ(read_ome_facts("<Image Name=\"" + name + "\">").name, name);
}

TEST(TiffLayout, InWords) {
  LevelLayout level;
  level.width = 1000;
  level.height = 700;
  level.block_width = 1000;
  level.block_height = 16;
  EXPECT_EQ(layout_text(level), "strips of 16 rows");
  level.block_height = 700;
  EXPECT_EQ(layout_text(level), "one strip");
  level.tiled = true;
  level.block_width = level.block_height = 512;
  EXPECT_EQ(layout_text(level), "tiles of 512 px");
  level.block_height = 256;
  level.planar = true;
  EXPECT_EQ(layout_text(level), "tiles of 512 x 256 px, every channel in a plane of its own");
}

}  // namespace
}  // namespace pantile::tiff
