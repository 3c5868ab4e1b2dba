#include "cli/parse.h"

#include <gtest/gtest.h>

namespace pantile::cli {
namespace {

template <class T> void expect_invalid(const Result<T>& result, std::string_view found) {
  ASSERT_FALSE(result.ok()) << "accepted \"" << found << '"';
  EXPECT_EQ(result.error().code(), Code::invalid);
  EXPECT_NE(result.error().message().find("expected"), std::string::npos);
  EXPECT_NE(result.error().message().find(found), std::string::npos);
}

TEST(Parse, Integer) {
  EXPECT_EQ(*parse_integer("1", 1, 5), 1);
  EXPECT_EQ(*parse_integer(" +5 ", 1, 5), 5);
  EXPECT_EQ(*parse_integer("-3", -3, 5), -3);
  for (const char* text :
       {"0", "6", "", "x", "1x", "1.5", "1e3", "0x4", "+-3", "--3", "99999999999999999999"}) {
    expect_invalid(parse_integer(text, 1, 5), text);
  }
}

TEST(Parse, Number) {
  EXPECT_EQ(*parse_number("-0.5"), -0.5);
  EXPECT_EQ(*parse_number(".5"), 0.5);
  EXPECT_EQ(*parse_number("1e-3"), 1e-3);
  EXPECT_EQ(*parse_positive("5e-324"), 5e-324);
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1,5", "one", "1 2"}) {
    expect_invalid(parse_number(text), text);
  }
  for (const char* text : {"0", "-0", "-1", "nan", "inf"}) {
    expect_invalid(parse_positive(text), text);
  }
}

TEST(Parse, Pair) {
  EXPECT_EQ(*parse_pair("-3,3"), std::pair(-3.0, 3.0));
  EXPECT_EQ(*parse_pair(" 1e2 , -.5 "), std::pair(100.0, -0.5));
  for (const char* text : {"", "1", "1,", ",1", "1,2,3", "1;2", "nan,0"}) {
    expect_invalid(parse_pair(text), text);
  }
}

TEST(Parse, OnOff) {
  EXPECT_TRUE(*parse_on_off("on"));
  EXPECT_TRUE(*parse_on_off("Yes"));
  EXPECT_FALSE(*parse_on_off("OFF"));
  EXPECT_FALSE(*parse_on_off("false"));
  for (const char* text : {"", "1", "maybe"}) expect_invalid(parse_on_off(text), text);
}

TEST(Parse, Size) {
  EXPECT_EQ(*parse_size("4096"), (std::pair<std::int64_t, std::int64_t>(4096, 4096)));
  EXPECT_EQ(*parse_size("3x2147483647"), (std::pair<std::int64_t, std::int64_t>(3, 2147483647)));
  for (const char* text : {"", "0", "-1", "0x5", "5x", "x5", "1x2x3", "2147483648"}) {
    expect_invalid(parse_size(text), text);
  }
}

TEST(Parse, Rect) {
  EXPECT_EQ(*parse_rect("1,2,3,4"), (Rect{1, 2, 4, 6}));
  // The far corner must not overflow.
  EXPECT_EQ(parse_rect("2147483647,0,2147483647,1")->x1, 4294967294);
  for (const char* text :
       {"", "1,2,3", "1,2,3,4,5", "-1,0,1,1", "0,0,0,1", "0,0,1,0", "0,0,1.5,1"}) {
    expect_invalid(parse_rect(text), text);
  }
}

TEST(Parse, Colour) {
  EXPECT_EQ(*parse_colour("#ff8000"), (Rgb8{255, 128, 0}));
  EXPECT_EQ(*parse_colour("0A0b0C"), (Rgb8{10, 11, 12}));
  for (const char* text : {"", "#", "#fff", "#ff80001", "#gg0000", "#-f0000", "red"}) {
    expect_invalid(parse_colour(text), text);
  }
}

TEST(Parse, Bytes) {
  EXPECT_EQ(*parse_bytes("1"), 1);
  EXPECT_EQ(*parse_bytes("512MiB"), 512 << 20);
  EXPECT_EQ(*parse_bytes("1.5 GiB"), 3 << 29);
  EXPECT_EQ(*parse_bytes("2gb"), 2'000'000'000);
  EXPECT_EQ(*parse_bytes("10kB"), 10'000);
  EXPECT_EQ(*parse_bytes("7 B"), 7);
  EXPECT_EQ(*parse_bytes("1TiB"), std::int64_t{1} << 40);
  for (const char* text : {"", "0", "-1", "MiB", "12 parsecs", "1e30", "9999999TiB", "nanMB"}) {
    expect_invalid(parse_bytes(text), text);
  }
}

TEST(Parse, BytesSurviveShowing) {
  for (const std::int64_t bytes : {1L, 1000L, 1024L, 512L << 20, 3L << 29, (1L << 40) + 1}) {
    EXPECT_EQ(*parse_bytes(show_bytes(bytes)), bytes);
  }
  EXPECT_EQ(show_bytes(512 << 20), "512MiB");
}

TEST(Parse, Previews) {
  EXPECT_TRUE(parse_previews("none")->empty());
  const std::string text = "1024,thumb:512x512,800x600";
  const auto sizes = parse_previews(text);
  ASSERT_TRUE(sizes.ok());
  const std::vector<PreviewSize> want{{"", 1024, 0}, {"thumb", 512, 512}, {"", 800, 600}};
  EXPECT_EQ(*sizes, want);
  EXPECT_EQ(show_previews(*sizes), text);
  EXPECT_EQ(show_previews({}), "none");
  for (const char* bad : {"", "0", "big", "x:y", ":5", "../x:5", ".x:5", "a/b:5", "5x0"}) {
    expect_invalid(parse_previews(bad), bad);
  }
  EXPECT_FALSE(parse_previews("1024,").ok());
}

TEST(Parse, PreviewsWithOneNameAreRefused) {
  const auto sizes = parse_previews("a:10,a:20");
  ASSERT_FALSE(sizes.ok());
  EXPECT_NE(sizes.error().message().find("\"a.png\""), std::string::npos);
  EXPECT_FALSE(parse_previews("10,10").ok());
  EXPECT_TRUE(parse_previews("10,10x10").ok());
}

TEST(Parse, Share) {
  EXPECT_EQ(*parse_share("0/1"), std::pair(0, 1));
  EXPECT_EQ(*parse_share("3/4"), std::pair(3, 4));
  for (const char* text : {"", "4/4", "-1/4", "1", "0/0", "1/2/3", "0/1048577"}) {
    expect_invalid(parse_share(text), text);
  }
}

TEST(Parse, Name) {
  EXPECT_EQ(*parse_name("a picture"), "a picture");
  for (const std::string& text : {std::string(), std::string(".."), std::string("a/b"),
                                  std::string("a\nb"), std::string(101, 'a')}) {
    expect_invalid(parse_name(text), text);
  }
}

TEST(Parse, DevicesAreNamedOnce) {
  const auto two = parse_device("cuda:2,0");
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(two->gpus, (std::vector<int>{2, 0}));
  const auto twice = parse_device("cuda:0,0");
  ASSERT_FALSE(twice.ok());
  EXPECT_NE(twice.error().message().find("each GPU once; 0 is named twice"), std::string::npos)
      << twice.error().message();
  for (const char* wrong : {"cuda:", "cuda:x", "cuda:1,", "gpu", "cuda: 0", "cuda:0, 1", "cuda:0 ",
                            "cuda:+0", "cuda:-0"}) {
    EXPECT_NE(parse_device(wrong).error().message().find("such as cuda:0,2"), std::string::npos);
  }
}

}  // namespace
}  // namespace pantile::cli
