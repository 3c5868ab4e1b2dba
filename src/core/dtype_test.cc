#include "pantile/dtype.h"

#include <gtest/gtest.h>

#include <string>

namespace pantile {
namespace {

constexpr DType kAll[] = {DType::u8,  DType::i8,  DType::u16, DType::i16, DType::u32, DType::i32,
                          DType::u64, DType::i64, DType::f16, DType::f32, DType::f64};

TEST(DType, NamesComeBackAndTellTheSize) {
  for (const DType t : kAll) {
    const std::string name(dtype_name(t));
    EXPECT_EQ(dtype_from_name(name), t) << name;
    EXPECT_TRUE(name.ends_with(std::to_string(8 * dtype_bytes(t)))) << name;
    EXPECT_EQ(dtype_is_float(t), name.starts_with("float")) << name;
  }
  for (const char* name : {"", "uint", "UINT8", "uint8 ", "float128", "u8"}) {
    EXPECT_FALSE(dtype_from_name(name)) << name;
  }
}

TEST(DType, KindsComeBack) {
  for (const Kind k : {Kind::intensity, Kind::rgb, Kind::rgba, Kind::label, Kind::mask}) {
    EXPECT_EQ(kind_from_name(kind_name(k)), k) << kind_name(k);
  }
  EXPECT_FALSE(kind_from_name("RGB"));
  EXPECT_FALSE(kind_from_name(""));
}

TEST(DType, FollowsTheNumberType) {
  EXPECT_EQ(dtype_of<std::int16_t>, DType::i16);
  EXPECT_EQ(dtype_of<std::uint64_t>, DType::u64);
  EXPECT_EQ(dtype_of<float>, DType::f32);
  EXPECT_EQ(dtype_of<double>, DType::f64);
}

}  // namespace
}  // namespace pantile
