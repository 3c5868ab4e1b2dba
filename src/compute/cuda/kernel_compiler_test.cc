#include "compute/cuda/kernel_compiler.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace pantile::cuda {
namespace {

class MapCache : public CodeCache {
 public:
  Result<std::string> find(const std::string& key) const override {
    if (broken) return Error(Code::io, "the cache is broken");
    const auto at = codes.find(key);
    return at == codes.end() ? std::string() : at->second;
  }
  Status keep(const std::string& key, std::string_view code) override {
    codes[key] = code;
    return {};
  }
  std::map<std::string, std::string> codes;
  bool broken = false;
};

TEST(KernelCompiler, AKeyIsOfEverythingThatDecidesTheCode) {
  const HeaderText a{"a.h", "int a;"}, b{"b.h", "int b;"}, moved{"a.h", "int b;"};
  const std::vector<std::vector<HeaderText>> headers{{}, {a}, {b}, {a, b}, {b, a}, {moved}};
  std::set<std::string> keys;
  std::size_t made = 0;
  for (const auto& h : headers) {
    for (const char* text : {"", "x", "y"}) {
      for (const char* architecture : {"sm_75", "sm_90"}) {
        keys.insert(KernelCompiler::key(text, h, architecture));
        ++made;
        EXPECT_EQ(KernelCompiler::key(text, h, architecture),
                  KernelCompiler::key(text, h, architecture));
      }
    }
  }
  EXPECT_EQ(keys.size(), made);
  EXPECT_TRUE(KernelCompiler::key("x", {}, "sm_90").ends_with("-sm_90"));
  const std::string usual = KernelCompiler::text_hash("x", {});
  std::vector<const char*> options(Nvrtc::options().begin(), Nvrtc::options().end());
  EXPECT_EQ(KernelCompiler::text_hash("x", {}, options), usual);
  options.back() = "--fmad=true";
  EXPECT_NE(KernelCompiler::text_hash("x", {}, options), usual);
  EXPECT_TRUE(KernelCompiler::key("x", {}, "sm_90").starts_with(usual));
}

TEST(KernelCompiler, CodeOfTheSameGenerationServesAndPtxServesAll) {
  const auto cache = std::make_shared<MapCache>();
  KernelCompiler compiler({cache}, "/nowhere/libnvrtc.so", [](const std::string&) {});
  const auto code_for = [&](const char* architecture) {
    const auto code = compiler.compile("text", {}, architecture);
    return code.ok() ? *code : "none";
  };
  cache->codes[KernelCompiler::key("text", {}, "sm_80")] = "8.0";
  EXPECT_EQ(code_for("sm_80"), "8.0");
  EXPECT_EQ(code_for("sm_86"), "8.0");
  EXPECT_EQ(code_for("sm_75"), "none");
  EXPECT_EQ(code_for("sm_90"), "none");
  cache->codes[KernelCompiler::key("text", {}, "compute_75")] = "PTX";
  EXPECT_EQ(code_for("sm_75"), "PTX");
  EXPECT_EQ(code_for("sm_120"), "PTX");
  EXPECT_EQ(code_for("sm_89"), "8.0");
  cache->codes[KernelCompiler::key("text", {}, "sm_86")] = "8.6";
  EXPECT_EQ(code_for("sm_89"), "8.6");
}

TEST(KernelCompiler, CachesAreAskedInTurnAndNeedNoCompiler) {
  const auto first = std::make_shared<MapCache>(), second = std::make_shared<MapCache>();
  const std::string key = KernelCompiler::key("text", {}, "sm_90");
  second->codes[key] = "from the second";
  std::string warnings;
  KernelCompiler compiler({first, second}, "/nowhere/libnvrtc.so",
                          [&](const std::string& warning) { warnings += warning; });
  EXPECT_EQ(*compiler.compile("text", {}, "sm_90"), "from the second");
  first->codes[key] = "from the first";
  EXPECT_EQ(*compiler.compile("text", {}, "sm_90"), "from the first");
  EXPECT_EQ(warnings, "");
  // A cache that fails is told, and the next one asked.
  first->broken = true;
  EXPECT_EQ(*compiler.compile("text", {}, "sm_90"), "from the second");
  EXPECT_EQ(warnings, "the cache is broken");
}

TEST(KernelCompiler, SaysWhatIsMissingEveryTimeItIsAsked) {
  KernelCompiler compiler({}, "/nowhere/libnvrtc.so", [](const std::string&) {});
  for (int i = 0; i < 2; ++i) {
    const auto none = compiler.compile("text", {}, "sm_90");
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code(), Code::not_found);
    EXPECT_NE(none.error().message().find("nvidia-cuda-nvrtc"), std::string::npos);
    EXPECT_NE(none.error().message().find("/nowhere/libnvrtc.so"), std::string::npos);
  }
}

}  // namespace
}  // namespace pantile::cuda
