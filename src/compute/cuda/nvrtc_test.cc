#include "compute/cuda/nvrtc.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

namespace pantile::cuda {
namespace {

TEST(NvrtcOpen, NamesWhatIsNotThere) {
  const auto none = Nvrtc::open("/nowhere/libnvrtc.so");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_NE(none.error().message().find("/nowhere/libnvrtc.so"), std::string::npos);
}

TEST(NvrtcOpen, SaysOnceThatNoneIsInTheUsualPlaces) {
  const auto usual = Nvrtc::open("");
  if (usual.ok()) GTEST_SKIP() << "there is one";
  EXPECT_EQ(usual.error().code(), Code::not_found);
  EXPECT_EQ(usual.error().message(),
            "no libnvrtc.so.13 or .12 where the loader looks or in /usr/local/cuda/lib64");
}

TEST(NvrtcOpen, RefusesALibraryThatIsSomethingElse) {
  const auto other = Nvrtc::open("libm.so.6");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::foreign);
  EXPECT_NE(other.error().message().find("nvrtcVersion"), std::string::npos);
}

TEST(NvrtcCompile, FindsItsHeadersByName) {
  const char* path = std::getenv("PANTILE_NVRTC");
  const auto nvrtc = Nvrtc::open(path != nullptr ? path : "");
  if (!nvrtc.ok()) GTEST_SKIP() << "no NVRTC here: " << nvrtc.error().message();
  const HeaderText header{"seven.h", "#define SEVEN 7\n"};
  const std::string text =
      "#include \"seven.h\"\nextern \"C\" __global__ void sevens(int* out) { *out = SEVEN; }\n";
  const auto ptx = (*nvrtc)->compile(text, {&header, 1}, "compute_75", MachineCode::ptx);
  ASSERT_TRUE(ptx.ok()) << ptx.error().message();
  EXPECT_NE(ptx->find(".entry sevens"), std::string::npos);
  EXPECT_NE(ptx->find(".target sm_75"), std::string::npos);
  EXPECT_NE(ptx->back(), '\0');
  const auto without = (*nvrtc)->compile(text, {}, "compute_75", MachineCode::ptx);
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().code(), Code::internal);
  EXPECT_NE(without.error().message().find("seven.h"), std::string::npos);
}

TEST(NvrtcCompile, IsGivenUpWhereItIsCancelled) {
  const char* path = std::getenv("PANTILE_NVRTC");
  const auto nvrtc = Nvrtc::open(path != nullptr ? path : "");
  if (!nvrtc.ok()) GTEST_SKIP() << "no NVRTC here: " << nvrtc.error().message();
  const std::string text = "extern \"C\" __global__ void sevens(int* out) { *out = 7; }\n";
  const auto compile = [&](const std::function<bool()>& is_cancelled) {
    return (*nvrtc)->compile(text, {}, "sm_90", MachineCode::cubin, Nvrtc::options(), is_cancelled);
  };
  EXPECT_TRUE(compile([] { return false; }).ok());
  const auto never_begun = compile([] { return true; });
  ASSERT_FALSE(never_begun.ok());
  EXPECT_EQ(never_begun.error().code(), Code::cancelled);
  std::atomic<int> asked{0};
  const auto stopped = compile([&] { return ++asked == 2; });  // said once, it is meant for good
  if (asked == 1) GTEST_SKIP() << "NVRTC " << (*nvrtc)->version() << " cannot be stopped";
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), Code::cancelled) << stopped.error().message();
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace pantile::cuda
